/** Calls the server: JSON over HTTP, as /v1/models/{model}:… has it. */

/** What the server, or the way to it, says against a call. Each of its words is {field, description}; the field may be empty. */
export class CallError extends Error {
  /**
   * @param status The name of a google.rpc.Code; empty where the server did not get to say one.
   * @param retryDelay Milliseconds after which the server may take the call; null where it does not say so.
   */
  constructor(title, words, status = "", retryDelay = null) {
    super(title);
    this.words = words;
    this.status = status;
    this.retryDelay = retryDelay;
  }
}

const keyName = "gradcam-api-key";
let key = storedKey();

/** Whether calls show an API key. */
export const hasKey = () => key !== "";

/** Shows an API key with each call from now on, until this tab is closed; none where it is empty. */
export function useKey(newKey) {
  key = newKey;
  try {
    if (key)
      sessionStorage.setItem(keyName, key);
    else
      sessionStorage.removeItem(keyName);
  } catch {
    // A browser that keeps nothing for pages: the key is forgotten when the page is left.
  }
}

function storedKey() {
  try {
    return sessionStorage.getItem(keyName) ?? "";
  } catch {
    return "";
  }
}

/** By the reason of google.rpc.ErrorInfo. */
const titles = {
  INVALID_REQUEST: "The server cannot use that",
  MESSAGE_TOO_LARGE: "That is too large for the server",
  NOT_FOUND: "The server does not know that",
  UNAUTHENTICATED: "The server asks who calls",
  PERMISSION_DENIED: "The server does not allow that",
  RATE_QUOTA: "That is more than the quota allows",
  CONCURRENCY_QUOTA: "That is more than the quota allows",
  NOT_READY: "The server is not ready",
  QUEUE_FULL: "The server is busy",
  OVERLOADED: "The server is busy",
  DEADLINE_OUT_OF_REACH: "The server is busy",
  PIXEL_BUDGET_SPENT: "The server is busy",
};

/** The models, in brief. */
export const listModels = async () => (await callForJson("GET", "/v1/models")).models ?? [];

/** One model, in full. */
export const getModel = async (name, signal) => (await callForJson("GET", `/v1/models/${encodeURIComponent(name)}`, { signal })).model;

/** The answer to a call of a model. */
export const ask = (model, verb, body, signal) => callForJson("POST", path(model, verb), { body, signal });

/** The messages of a call that streams, as they come: a line of JSON each, and one with an error where the call fails on the way. */
export async function* stream(model, verb, body, { signal, priority } = {}) {
  const response = await call("POST", path(model, verb), { body, signal, priority });
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
      const message = parse(line);
      if (message.error)
        throw toError(message.error);
      yield message;
    }
    if (done)
      return;
  }
}

/** A file of this page. */
export const load = async name => (await call("GET", name)).blob();

/** A file as Base64. */
export const toBase64 = blob => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(new CallError("The file cannot be read", [{ field: "", description: reader.error.message }]));
  reader.readAsDataURL(blob);
});

const path = (model, verb) => `/v1/models/${encodeURIComponent(model)}:${verb}`;

async function callForJson(method, path, how) {
  const response = await call(method, path, how);
  return parse(await response.text().catch(reason => { throw broken(reason); }));
}

/** An answer, which is an object. What else comes is of something in between, such as a proxy. */
function parse(text) {
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (answer === null || typeof answer !== "object")
    throw new CallError("That is no answer of this server", [{ field: "", description: `It begins with “${text.trim().slice(0, 80)}”.` }]);
  return answer;
}

async function call(method, path, { body, signal, priority } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: {
        ...body && { "content-type": "application/json" },
        ...priority && { "x-priority": priority },
        ...key && path.startsWith("/v1/") && { "x-api-key": key },
      },
      body: body && JSON.stringify(body),
    });
  } catch (reason) {
    throw broken(reason);
  }
  if (response.ok)
    return response;
  const error = (await response.json().catch(() => null))?.error;
  throw toError(error?.message ? error : { message: `It answered ${response.status} ${response.statusText}.` });
}

function broken(reason) {
  if (reason.name === "AbortError")
    return reason;
  return new CallError("The server does not answer", [{ field: "", description: `Is it still running at ${location.origin}? Then try again.` }]);
}

function toError({ status, message, details = [] }) {
  const fields = details.flatMap(detail => detail.fieldViolations ?? []);
  const reason = details.find(detail => detail.reason)?.reason;
  const delay = details.find(detail => detail.retryDelay)?.retryDelay;
  return new CallError(
    titles[reason] ?? "The server could not do that",
    fields.length > 0 ? fields : [{ field: "", description: message }],
    status,
    delay ? 1000 * Number.parseFloat(delay) : null);
}
