"""Examples to learn from: generators, bundled tables, uploads, scaling, train/test split."""
