// @ts-check
// The API's documentation page, drawn by Swagger UI from this server's own OpenAPI text.

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Swagger UI has dark colours of its own, under a class of the page. */
function followTheme() {
  const { theme } = document.documentElement.dataset;
  const wanted = theme === "dark" || (theme !== "light" && dark.matches);
  document.documentElement.classList.toggle("dark-mode", wanted);
}

dark.addEventListener("change", followTheme);
followTheme();

SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#api-docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  syntaxHighlight: false,
  validatorUrl: null,
});
