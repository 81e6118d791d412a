/** Calls the server: JSON over HTTP, as /v1/models/{model}:… has it. */

/** What the server, or the way to it, says against a call. Each of its words is {field, description}; the field may be empty. */
export class CallError extends Error {
  constructor(title, words, code = 0) {
    super(title);
    this.words = words;

    // A google.rpc.Code; 0 where the server did not get to say one.
    this.code = code;
  }
}

const titles = {
  3: "The server cannot use that",
  5: "The server does not know that",
  8: "The server cannot take that now",
  14: "The server is not ready",
};

/** The models, in brief. */
export const listModels = async () => (await (await call("GET", "/v1/models")).json()).models;

/** One model, in full. */
export const getModel = async name => (await (await call("GET", `/v1/models/${encodeURIComponent(name)}`)).json()).model;

/** The answer to a call of a model. */
export const ask = async (model, verb, body, signal) => (await call("POST", path(model, verb), body, signal)).json();

/** The messages of a call that streams, as they come: a line of JSON each. */
export async function* stream(model, verb, body, signal) {
  const response = await call("POST", path(model, verb), body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read().catch(reason => { throw broken(reason); });
    text += value ?? "";
    const lines = text.split("\n");
    text = lines.pop();
    if (done && text.trim())
      lines.push(text);
    for (const line of lines.filter(line => line.trim())) {
      const message = JSON.parse(line);
      if (message.code)
        throw toError(message);
      yield message;
    }
    if (done)
      return;
  }
}

/** A file as Base64. */
export const toBase64 = blob => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(new CallError("The file cannot be read", [{ field: "", description: reader.error.message }]));
  reader.readAsDataURL(blob);
});

const path = (model, verb) => `/v1/models/${encodeURIComponent(model)}:${verb}`;

async function call(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: body ? { "content-type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch (reason) {
    throw broken(reason);
  }
  if (response.ok)
    return response;
  throw toError(await response.json().catch(() => ({ message: `it answered ${response.status} ${response.statusText}` })));
}

function broken(reason) {
  if (reason.name === "AbortError")
    return reason;
  return new CallError("The server does not answer", [{ field: "", description: `Is it still running at ${location.origin}? Then try again.` }]);
}

function toError(status) {
  const fields = (status.details ?? []).flatMap(detail => detail.fieldViolations ?? []);
  return new CallError(
    titles[status.code] ?? "The server could not do that",
    fields.length > 0 ? fields : [{ field: "", description: status.message }],
    status.code);
}
