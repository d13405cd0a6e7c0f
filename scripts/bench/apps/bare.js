import { NextResponse } from 'next/server'

export const proxy = () => NextResponse.next()
export const read = async () => ({})
export const signIn = async () => {}
