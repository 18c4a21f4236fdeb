import { HubError } from "./hub-error.js";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type QueryValue = string | number | boolean | readonly string[] | undefined;

/** Circumstances of a request. */
export interface RequestOptions {
  /** Lists repeat their name. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Typed access to `/api/v1` with the session's cookie and CSRF token. */
export class HttpApi {
  /** Of the session; goes with every change. */
  csrf = "";
  /** Called when the hub no longer knows the session. */
  onSignedOut: () => void = () => {};
  readonly #fetch: typeof fetch;
  readonly #base: string;

  constructor(options: { readonly fetch?: typeof fetch; readonly base?: string } = {}) {
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#base = options.base ?? "/api/v1";
  }

  get<T>(path: string, options?: Omit<RequestOptions, "body">): Promise<T> {
    return this.request<T>("GET", path, options);
  }

  post<T = void>(path: string, body?: unknown, options?: Omit<RequestOptions, "body">): Promise<T> {
    return this.request<T>("POST", path, { ...options, ...(body === undefined ? {} : { body }) });
  }

  patch<T = void>(path: string, body: unknown): Promise<T> {
    return this.request<T>("PATCH", path, { body });
  }

  put<T = void>(path: string, body: unknown): Promise<T> {
    return this.request<T>("PUT", path, { body });
  }

  delete(path: string): Promise<void> {
    return this.request<void>("DELETE", path);
  }

  /** @throws HubError with the hub's code, or E_HUB_UNREACHABLE */
  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.#send(method, path, options);
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
    const error = await errorOf(response);
    if (response.status === 401 && error.code !== "E_LOGIN_FAILED") this.onSignedOut();
    throw error;
  }

  async #send(method: Method, path: string, { query, body, signal }: RequestOptions): Promise<Response> {
    const headers = new Headers({ accept: "application/json" });
    if (body !== undefined) headers.set("content-type", "application/json");
    if (method !== "GET" && this.csrf) headers.set("x-csrf-token", this.csrf);
    const url = `${this.#base}${path}${queryText(query)}`;
    try {
      return await this.#fetch(url, {
        method,
        headers,
        credentials: "same-origin",
        cache: "no-store",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
      throw new HubError(
        "E_HUB_UNREACHABLE",
        "The hub does not answer. Check that it runs and that this device is in its network.",
        { cause, retryable: true },
      );
    }
  }
}

/** One segment of a path. */
export const segment = (id: string): string => encodeURIComponent(id);

function queryText(query: RequestOptions["query"]): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) params.append(name, String(each));
  }
  const text = params.toString();
  return text && `?${text}`;
}

async function errorOf(response: Response): Promise<HubError> {
  const { status } = response;
  try {
    const { error } = (await response.json()) as {
      error: { code: string; message: string; retryable?: boolean; details?: unknown };
    };
    return new HubError(error.code, error.message, {
      status,
      retryable: error.retryable ?? false,
      details: error.details,
    });
  } catch {
    return new HubError("E_ANSWER_INVALID", `The hub answered with status ${status}.`, {
      status,
      retryable: status >= 500,
    });
  }
}
