const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether the host name of a URL or `Host` header is this machine. */
export const isLoopback = (hostname: string): boolean => loopbackHosts.has(hostname.toLowerCase())
