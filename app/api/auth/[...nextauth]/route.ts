export { handleAuth as GET, handleAuth as POST } from '#lib/site/auth-route.ts'
