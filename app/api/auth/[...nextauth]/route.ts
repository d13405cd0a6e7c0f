export { answerAuth as GET, answerAuth as POST } from '#lib/identity/auth-route.ts'
