"""Tests that mirror app/, with a real Chromium in browser/ and measurements in bench/."""
