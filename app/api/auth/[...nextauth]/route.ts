export { answerAuth as GET, answerAuth as POST } from '#lib/site/auth-route.ts'
