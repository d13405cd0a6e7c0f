/** Of the SDK: its package and each request to an operator name it. */
export const version = '0.1.0'
