/** Known answers of the wire protocol. Letters name their producers as in vectors.ts. */

/** The operator's reserved people (its `IdentityConst`); the generate page of the docs swaps the phones (U17). */
export const testIdentities = {
  optout: ['optout@example.com', '+00000000000'],
  refreshOptout: ['refresh-optout@example.com', '+00000000002'],
  validate: ['validate@example.com', '+12345678901'],
} as const

/** J, reproduced with Python's `cryptography` (R): seals every request below. */
export const request = {
  secret: 'ioG3wKxAokmp+rERx6A4kM/13qhyolUXIu14WN16Spo=',
  iv: 'cc3ccaca9889eab3800e787e',
  nonce: '312fe5aa08b2a049',
  now: 1667885597644,
} as const

export const envelopes: readonly (readonly [json: string, envelope: string, source: string])[] = [
  [
    '{"email":"test@example.com"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7JYMJj8YqD9EsrG3d2d2j0H7kZjH41YsNLpFVCH+oce28z9L9ug==',
    'J',
  ],
  [
    '{"phone":"+12345678901"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYqX+4JXyJYMJ0JJrSKV84juIkIH33GCmx+7RM2pSX9P4nAN0pn2g',
    'J',
  ],
  [
    '{"email_hash":"tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7WNFKiMt7QbM9mWHZwOWPyVTqSnDVNzhXRdcmIkV0ODOdll2inDo9iIZQ5oV2NvSUSWG5j6ACiXKH0JxiTPzs716eIH7P1Q==',
    'J',
  ],
  [
    '{"email_hash":"1hFzBkhe0OUK+rOshx6Y+BaZFR8wKBUn1j/18jNlbGk="}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7WNFKiMt7QbN4vErK69qumy3EXliuNSZ0a/4mTht7DyqMjF20oUECkYNZvtJhGo+wfXSDj6ACEfrViY4lnt1KEUjC4JlDaQ==',
    'J',
  ],
  [
    '{"email_hash":"tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=","tcf_consent_string":"CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7WNFKiMt7QbM9mWHZwOWPyVTqSnDVNzhXRdcmIkV0ODOdll2inDo9iIZQ5oV2NvSUSWG5j6BTr3kl2OMGYCCQWOw+fx5/D8+7+J2+xJVUXN8K2yBbjpYqiOpOVVTktDh7TxkPwEGuYR5onLsXKFzjg7rdh0Mfu+emB6JrjFw/en304ydJgpPefDK/4/cohZQdgpjaqQ==',
    'J',
  ],
  [
    '{"phone_hash":"EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4="}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYqX+4JXyWNFKiMt7QbMMm27H3fmEq2zPRUnXdFpLTdVdc0RNWxOruBaarHYQksdqpbkVFa+walbcj6AClILBJjbDMl1IoeqJVG2fyw==',
    'J',
  ],
  ['', 'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/o0iuqwrKKPacJn6xpUAU+', 'R'],
  [
    '{"email":"tést@example.com"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7JYMJj2DwCOUJsXTRxMGqmzPoZH6nOnyERR0RO2WTZ5gARoum24s=',
    'R',
  ],
]

/** T: a request from the operator's own test, which it opens to a token and an e-mail hash, with a line end. */
export const operatorRequest = {
  secret: 'YGdzZw9oM2RzBgB8THMyAEe408lvdfsTsGteaLAGayY=',
  nonce: '30e8280192351c0c',
  now: 1710907366130,
  emailHash: 'LdhtUlMQ58ZZy5YUqGPRQw5xUMS5dXG5ocJHYJHbAKI=',
  envelope:
    'ATDX9gBKxgQaLwUi9ZDbSqo1b66u55jEN322XSR+aCvOy/c3ZiaVOh8VG22pDUSSNaUqfUwwxxYT0pS9zjW7oVPCeluHU5GCc+6A+LUTIQ8vOR+1CN7ds/61Bp82RzKf5wPABMNtqr1XkoN6d5FU/R0vpxf2hfo1cYYmW0ziCy15pPh17GN2vNTn6YK6g+MAi/dDC7mG+Mxnh9ZaEz+3IetgDPWfp5zHh/T3LWhDAA+2drlDn8KwcQE/TYKh5raR4BDHmhgBUCU6+nymoWruNYxzcII63xMTLMTGzpinNnTL3iBPII9lKRJJ2ZrGjjgMMXi066iaDDpBHH3xY+bAwriU+6GEsE8bveRMwRqT83gmkYp6mn+75Yrpdw==',
} as const

/** The `body` of the successes below. */
export const identity = {
  advertising_token: 'AT',
  refresh_token: 'RT',
  identity_expires: 1767229200000,
  refresh_expires: 1767312000000,
  refresh_from: 1767226500000,
  refresh_response_key: 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=',
} as const

/** R, read by the official Python SDK: answers to a request sealed as `request`, server time 1667885597700. */
export const generateReplies = {
  optout: 'AAECAwQFBgcICQoLjY5737QNcbdwh3qQe6yvzsuvxsrdHsEED5N3y07ldesePlUcFLZpCNayx2iTktKPTgcA',
  success:
    'AAECAwQFBgcICQoLjY5737QNcbdwh3qQe6yvzsuv19HYE5ZNVos0wEj0aOoDb0HSEARcDD0QYMPkYKF/oI8CLYTv1Wgnksz0oVWnmuWyjFDcrR29bHvoCqML+qpac9COXQV8ystVu4IzFcWWde6TBEZ2NccwNVElQU1GwAzit2mTdsTfg72v+hcSYMRJzh47EXCk/VoEg2JOaL7Qzrr+m7jhvLApcbEbIxU+SgE+kj3MzVpa+XLetCCOMPF5hv3cqfEgou4WxRWNaxnXz6RzmQTfEdKYd+erdPnr4eKqSzz+UZLEZILvxSZQXyW5kmbUNJiRLjgFQRtncrVeb1zWm+uySa2r/FpAvbW3O/D8M47qTwnzNhPUrR2dHQ==',
} as const

/** R, read by the official Python SDK: answers under the response key of `identity`. */
export const refreshReplies = {
  success:
    'EBESExQVFhcYGRobW/+dfSs6MLwIekZAoq3SVQT+vTZSV3N9y18owbbqw78PQ9PtgnyjL+t0f9szQuvjcke6rN3Qd3qnGcSQwLrHxrvpuM9OdJlijOL6BK7S347MN56kcZxotI3seZme4Rzub0TxqLFyi52RKgBhPQqidi+kzjnmOdk79kwSYTbcfnKuEgVZ3XTPIff7MstTTH2sEMXb7XC5U0ua5kciwzsbmF8hF/JfQMGWY5ndT1lKeKwOTF12YCWqiYynRR9CF8MA6WCOcccXiCQappn2QaCbJskGEoFXQ6ANnfucZwgW1wZOb/eW8ppJ7voVyV4R5sYR0XJQ63Eal3NeTHSADeuX',
  optout: 'EBESExQVFhcYGRobW/+MZi43Z/VRYgVLpLzPVBmvqS6ec1m/aSSMcJtHIlYCFd8=',
} as const

/** J: recorded from a real operator. */
export const operatorRefreshOptout = {
  key: 'WL0AYr41Db9m6dCIPtQlTz2kE4NMx3nLmloGHkQPGSQ=',
  reply: 'd9I6qCdlJ6mkWYLyw2iGnCnJ5OocyQDtbbvW6YXAYKpxTXaOePQzPPJIrHnI7Io=',
} as const
