// Opens the viewer on this server's own description.
(async () => {
  const header = "Idempotency-Key";
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const description = await (await fetch("openapi.json")).json();

  // Every command needs a key of its own: who leaves the field empty gets one.
  for (const path of Object.values(description.paths)) {
    for (const operation of Object.values(path)) {
      for (const parameter of operation.parameters || []) {
        if (parameter.name !== header) continue;
        parameter.required = false;
        parameter.description += "。在这一页可以不填,会自动生成";
      }
    }
  }
  SwaggerUIBundle({
    spec: description,
    dom_id: "#viewer",
    deepLinking: true,
    filter: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (request.method !== "GET" && !request.headers[header]) request.headers[header] = fresh();
      return request;
    },
  });
})();
