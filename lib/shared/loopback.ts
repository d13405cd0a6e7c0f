const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL's or Host header's host name is this machine itself. */
export const isLoopback = (hostname: string): boolean => loopbackHosts.has(hostname.toLowerCase())
