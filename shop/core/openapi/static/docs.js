/* The example of a required key in the document. Each request gets a fresh value in its place. */
const KEY_EXAMPLE = "a-new-value-for-each-request";

const dark = matchMedia("(prefers-color-scheme: dark)");
function applyTheme() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}
dark.addEventListener("change", applyTheme);
applyTheme();

function makeKey() {
  /* crypto.randomUUID exists on secure pages only. */
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function prepareRequest(request) {
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === KEY_EXAMPLE) request.headers[name] = makeKey();
  }
  /* English for each browser, unless `lang` asks for another language; no cookie that could. */
  request.headers["Accept-Language"] = "en";
  request.credentials = "omit";
  return request;
}

function openLinkedOperation(event) {
  const link = event.target.closest("a[href^='#/']");
  if (!link) return;
  /* Swagger UI opens links of texts in another tab, where the token is not known yet. */
  event.preventDefault();
  window.ui.layoutActions.parseDeepLinkHash(link.getAttribute("href"));
}

async function showDocument() {
  const answer = await fetch("/openapi.json");
  const spec = await answer.json();
  /* This page calls the address that it came from, also behind a proxy that hides its scheme. */
  spec.servers = [{ url: location.origin }];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    persistAuthorization: true,
    displayRequestDuration: true,
    filter: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    requestInterceptor: prepareRequest,
  });
  document.querySelector("#swagger-ui").addEventListener("click", openLinkedOperation);
}

showDocument();
