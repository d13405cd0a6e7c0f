import { describe, expect, it } from 'vitest'
import { localPath } from '#lib/shared/local-path.ts'
import { isLoopback } from '#lib/shared/loopback.ts'
import { processWide } from '#lib/shared/process-wide.ts'
import { readCapped } from '#lib/shared/read-capped.ts'

describe('a local path (N18)', () => {
  it.each([
    '/',
    '/choice',
    '/choice?next=%2F',
    '/articles/a-b#top',
    '/a//b',
    '/%E2%98%83',
    `/${'x'.repeat(999)}`,
  ])('accepts %.30s', (path) => {
    expect(localPath(path)).toBe(path)
  })

  it.each([
    ['/ä b', '/%C3%A4%20b'],
    ['/\u2603?q=\u{1f56f}', '/%E2%98%83?q=%F0%9F%95%AF'],
  ])('accepts %s, encoded as %s for a header', (path, written) => {
    expect(localPath(path)).toBe(written)
    expect(new URL(written, 'https://ours.example').href).toBe(new URL(path, 'https://ours.example').href)
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' /choice',
    '',
    '/a\\b',
    '/a\u0000',
    '/a\u009f',
    '/\ud800',
    `/${'x'.repeat(1000)}`,
    `/${'\u2603'.repeat(112)}`,
    undefined,
    null,
    7,
    ['/choice'],
  ])('refuses %j', (value) => {
    expect(localPath(value)).toBeNull()
  })

  it('stays on this site for a browser', () => {
    for (const path of ['/', '/choice', '/a//b', '/a:b', '/@evil.example', '/%2F/evil.example'])
      expect(new URL(localPath(path) ?? '', 'https://ours.example').origin).toBe('https://ours.example')
  })
})

describe('loopback', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])('includes %s', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  it.each(['localhost.example', '127.0.0.1.example', '0.0.0.0', '127.0.0.2', '', '::1', 'evil.localhost'])(
    'does not include %j',
    (host) => {
      expect(isLoopback(host)).toBe(false)
    },
  )
})

describe('reading a body up to a limit', () => {
  const request = (body: BodyInit | null, headers: Record<string, string> = {}) =>
    new Request('http://localhost/', { method: 'POST', body, headers, ...(body && { duplex: 'half' }) })
  const chunked = (...sizes: number[]) =>
    new ReadableStream({
      start(controller) {
        for (const size of sizes) controller.enqueue(new Uint8Array(size))
        controller.close()
      },
    })

  it('reads up to the limit and no byte more', async () => {
    expect((await readCapped(request('x'.repeat(10)), 10))?.byteLength).toBe(10)
    expect(await readCapped(request('x'.repeat(11)), 10)).toBeNull()
  })

  it('counts a chunked body, which declares no length', async () => {
    expect((await readCapped(request(chunked(4, 4, 2)), 10))?.byteLength).toBe(10)
    expect(await readCapped(request(chunked(4, 4, 3)), 10)).toBeNull()
  })

  it('stops reading a body that is too long', async () => {
    let cancelled = false
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(8)),
      cancel() {
        cancelled = true
      },
    })
    expect(await readCapped(request(endless), 10)).toBeNull()
    expect(cancelled).toBe(true)
  })

  it('trusts a declared length only when it is too long', async () => {
    expect(await readCapped(request('short', { 'content-length': '999' }), 10)).toBeNull()
    expect(await readCapped(request('x'.repeat(11), { 'content-length': '2' }), 10)).toBeNull()
  })

  it('a body that breaks off counts as none, without an error (S23)', async () => {
    const breaking = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(4))
        controller.error(new Error('aborted'))
      },
    })
    expect(await readCapped(request(breaking), 10)).toBeNull()
  })

  it('an empty body has no bytes', async () => {
    expect((await readCapped(request(null), 10))?.byteLength).toBe(0)
  })
})

describe('a process-wide value', () => {
  it('is one per process and name, though modules are loaded more than once', () => {
    const first = processWide('test-a', () => ({}))
    expect(processWide('test-a', () => ({}))).toBe(first)
    expect(processWide('test-b', () => ({}))).not.toBe(first)
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('uid2-publisher.test-a')]).toBe(first)
  })
})
