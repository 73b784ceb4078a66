/** htmx as a page knows it: a global, loaded by a script element of its own. d3's types say so themselves. */
import type { Htmx } from "../node_modules/htmx.org/dist/htmx.js";

declare global {
  const htmx: Htmx;
  /** Swagger UI's one entry, which comes without types. */
  const SwaggerUIBundle: (options: Record<string, unknown>) => unknown;
}
