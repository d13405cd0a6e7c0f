/**
 * Known answers, none of them made by the code under test. Producers:
 *
 * T  the operator's and the official Python SDK's own test data; W  also in the browser SDK's tests;
 * D  the public documentation; J  the Java SDK's tests. What is marked R was computed for this project
 * with the operator's own Java classes (`InputUtil`) or the official Python SDK and its crypto library.
 *
 * https://github.com/IABTechLab: uid2-operator 5.70.250, uid2-client-python fbd115b0,
 * uid2-client-java edbde03f, uid2-web-integrations 6048b60a, uid2docs 90d6afee.
 */

/** An address, its normalised form, the base64 SHA-256 of that, and the producer. */
export const emails: readonly (readonly [input: string, normalized: string, hash: string, source: string])[] =
  [
    ['TEst.TEST@Test.com ', 'test.test@test.com', 'dvECjPKZHya0/SIhSGwP0m8SgTv1vzLxPULUOsm880M=', 'T W'],
    ['test.test@test.com', 'test.test@test.com', 'dvECjPKZHya0/SIhSGwP0m8SgTv1vzLxPULUOsm880M=', 'T W'],
    ['test.test@gmail.com', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    [' test.test@gmail.com', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['  test.test@gmail.com', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['test.test@gmail.com ', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['test.test@gmail.com  ', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['  test.test@gmail.com  ', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['TEstTEst@GMail.Com  ', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['TEst.TEst@GMail.Com', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['TEst.TEst+123@GMail.Com', 'testtest@gmail.com', 'LkLfFrut8Tc3h/fIvYDiBKSbaMiau/DtaLBPQYszdMw=', 'T W'],
    ['test+test@test.com', 'test+test@test.com', 'rQ4yzdOz4uG8N54326QyZD6/JwqrXn4lmy34cVCojB8=', 'T W'],
    ['+test@test.com', '+test@test.com', 'weFizOVVWKlLfyorbBU8oxYDv4HJtTZCPMyZ4THzUQE=', 'T W'],
    ['test+test@gmail.com', 'test@gmail.com', 'h5JGBrQTGorO7q6IaFMfu5cSqqB6XTp1aybOD11spnQ=', 'T W'],
    ['testtest@test.com', 'testtest@test.com', 'd1Lr/s4GLLX3SvQVMoQdIMfbQPMAGZYry+2V+0pZlQg=', 'T W'],
    [' testtest@test.com', 'testtest@test.com', 'd1Lr/s4GLLX3SvQVMoQdIMfbQPMAGZYry+2V+0pZlQg=', 'T W'],
    ['testtest@test.com ', 'testtest@test.com', 'd1Lr/s4GLLX3SvQVMoQdIMfbQPMAGZYry+2V+0pZlQg=', 'T W'],
    [' testtest@test.com ', 'testtest@test.com', 'd1Lr/s4GLLX3SvQVMoQdIMfbQPMAGZYry+2V+0pZlQg=', 'T W'],
    ['😊testtest@test.com', '😊testtest@test.com', 'fAFEUqApQ0V/M9mLj/IO54CgKgtQuARKsOMqtFklD4k=', 'T W'],
    ['testtest@😊test.com', 'testtest@😊test.com', 'tcng5pttf7Y2z4ylZTROvIMw1+IVrMpR4D1KeXSrdiM=', 'T W'],
    ['testtest@test.com😊', 'testtest@test.com😊', '0qI21FPLkuez/8RswfmircHPYz9Dtf7/Nch1rSWEQf0=', 'T W'],
    ['MYEMAIL@example.com', 'myemail@example.com', 'FsGNM28LJQ8OLZB0Us65ZYp07NrovJSGTCMSKnLMJ6U=', 'D'],
    ['My.Email@example.com', 'my.email@example.com', '4itTvG+HEnTzpiqzejyu1yFPwU1nYhWpaiQvz62hyB8=', 'D'],
    [
      'JANESAOIRSE@example.com',
      'janesaoirse@example.com',
      '1mcOepIAfxtf94Xx/IHlOqbT170GvfXEc83HKGwoS20=',
      'D',
    ],
    [
      'Jane.Saoirse@example.com',
      'jane.saoirse@example.com',
      'sZZDLHuYmiypHIN5mVfFFdpT5sE6vyC3j+qU8RfpC/g=',
      'D',
    ],
    [
      'JaneSaoirse+Work@example.com',
      'janesaoirse+work@example.com',
      'KKruSBUjDNO069iMUVImVQZm6RrAGZKeOtrD9mwogYA=',
      'D',
    ],
    ['JANE.SAOIRSE@gmail.com', 'janesaoirse@gmail.com', 'ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=', 'D'],
    [
      'JaneSaoirse+Work@gmail.com',
      'janesaoirse@gmail.com',
      'ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=',
      'D',
    ],
    ['USER@example.com', 'user@example.com', 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=', 'D J'],
    ['   USER@EXAMPLE.COM   ', 'user@example.com', 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=', 'D J'],
    [
      '   jane.doe+home@gmail.com   ',
      'janedoe@gmail.com',
      '1hFzBkhe0OUK+rOshx6Y+BaZFR8wKBUn1j/18jNlbGk=',
      'J',
    ],
    ['foo@bar.com', 'foo@bar.com', 'DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0uijs=', 'T'],
    ['validate@example.com', 'validate@example.com', 'ntI244ZRTXwAwpki6/M5cyBYW7h/Wq576lnN3l9+W/c=', 'D'],
    ['optout@example.com', 'optout@example.com', 'DYsnJ8r5+cjRDHue98gIGDKvLIMuqAm/RRLODrjqK50=', 'R'],
    [
      'refresh-optout@example.com',
      'refresh-optout@example.com',
      'NaNI8RU0bL1Jpp1jJLC5aJO/lchc6gGhgXQIAwJ7cV4=',
      'D',
    ],
    ['TÉST@example.com', 'tÉst@example.com', 'uLZTF25LH26SwqwnfeqHJgK8do8MbP14lDOlsxRNI40=', 'R'],
    ['tést@example.com', 'tést@example.com', 'CPoaloSYu69MfBaD/ah9d6KgtwdqfhgcFJuyvycfe+c=', 'R'],
    ['İstanbul@example.com', 'İstanbul@example.com', 'WccM1Q6D+uVW7H3N9jlH6z5ILZXCJvoWhs2CMxhxfHc=', 'R'],
    ['a.b.c+x.y+z@gmail.com', 'abc@gmail.com', 'SN25PwswxHVCP+F3gykSxbzc48xyhy+AUWJ5Z+8njgg=', 'R'],
    ['a.b@GMAIL.COM', 'ab@gmail.com', 'hsoq0nMYaWtBz8ZQrPrZe7MhlMQ+EZ5GWhY1nqdMcQU=', 'R'],
    ['ab+@gmail.com', 'ab@gmail.com', 'hsoq0nMYaWtBz8ZQrPrZe7MhlMQ+EZ5GWhY1nqdMcQU=', 'R'],
    ['a+b@googlemail.com', 'a+b@googlemail.com', 'oN9H82EI+OKFpj4LL/sDBA+E5Cwobo+6GQ87WkneW2c=', 'R'],
    ['a.b@googlemail.com', 'a.b@googlemail.com', 'RfVcEismctnpdFrhfAU2L8ZaVyI5XiLJqlmQPYmyBbQ=', 'R'],
    ['a.b@mail.gmail.com', 'a.b@mail.gmail.com', 'lFC+/zUuIi238mSjCVOuBKk/cCmVqJ/Qpwi3pqiJRpA=', 'R'],
    ['a@b', 'a@b', 'dQjYtQGOpkC4UmmGGhASA/DCaQBVUmjpMAJdrIRLDzU=', 'R'],
  ]

/**
 * Where implementations differ (U7): the operator's result, ours, and which implementation ours follows.
 * `refused` where they have no common result.
 */
export const emailEdges: readonly {
  input: string
  operator: string
  operatorHash: string
  ours: string
  follows: string
}[] = [
  {
    input: 'te st@example.com',
    operator: 'test@example.com',
    operatorHash: 'lz3+Rj7IV4X1+Vr1ujkG7tstkxwk5pgkqJ6mXbpOgTs=',
    ours: 'refused',
    follows: 'browser SDK and Prebid, which refuse inner spaces',
  },
  {
    input: 'test @example.com',
    operator: 'test@example.com',
    operatorHash: 'lz3+Rj7IV4X1+Vr1ujkG7tstkxwk5pgkqJ6mXbpOgTs=',
    ours: 'refused',
    follows: 'browser SDK and Prebid, which refuse inner spaces',
  },
  {
    input: 'test@ example.com',
    operator: 'test@ example.com',
    operatorHash: 'kJ1AGZWrJP/DxUt72HbncdaZEMc1tEhPhg0MpKVQN+I=',
    ours: 'refused',
    follows: 'browser SDK and Prebid, which refuse inner spaces',
  },
  {
    input: 'test@exa mple.com',
    operator: 'test@exa mple.com',
    operatorHash: 'DCO+w/mqbDnwQ9pObM0hFx8tNcOIFCVFJQdWc+tIFsM=',
    ours: 'refused',
    follows: 'browser SDK and Prebid, which refuse inner spaces',
  },
  {
    input: 'test@ gmail.com',
    operator: 'test@ gmail.com',
    operatorHash: 'bb2uXd7s89oWKmS1hSWO8phRqVfwZoXhXykQzJBeXg4=',
    ours: 'refused',
    follows: 'browser SDK and Prebid, which refuse inner spaces',
  },
  {
    input: 'a b c@d e f',
    operator: 'abc@d e f',
    operatorHash: 'xMLA2BTOzJBItlZYsjGW1EWEmXS2vugOhw8556D4IvM=',
    ours: 'refused',
    follows: 'browser SDK and Prebid, which refuse inner spaces',
  },
  {
    input: '\ttest@example.com',
    operator: '\ttest@example.com',
    operatorHash: 'q7swJythl6sllB9McykOS95QW4SbGiWoMKMOYIovrxU=',
    ours: 'test@example.com',
    follows: 'browser SDK and Prebid, which trim all whitespace',
  },
  {
    input: 'test@example.com\n',
    operator: 'test@example.com\n',
    operatorHash: 'mGMv5kyu5JUW04kb3qxErGq/vfjynpnVeMummNm88BI=',
    ours: 'test@example.com',
    follows: 'browser SDK and Prebid, which trim all whitespace',
  },
  {
    input: '\u00a0test@example.com',
    operator: '\u00a0test@example.com',
    operatorHash: 'u0kWfO3dVeVmVsn3rHDXT03ZMvnF1qXGhCuowjMgRKI=',
    ours: 'test@example.com',
    follows: 'browser SDK and Prebid, which trim all whitespace',
  },
  {
    input: 'TÉST@example.com',
    operator: 'tÉst@example.com',
    operatorHash: 'uLZTF25LH26SwqwnfeqHJgK8do8MbP14lDOlsxRNI40=',
    ours: 'tÉst@example.com',
    follows: 'operator, Java and Python SDKs, which fold ASCII only',
  },
  {
    input: 'İstanbul@example.com',
    operator: 'İstanbul@example.com',
    operatorHash: 'WccM1Q6D+uVW7H3N9jlH6z5ILZXCJvoWhs2CMxhxfHc=',
    ours: 'İstanbul@example.com',
    follows: 'operator, Java and Python SDKs, which fold ASCII only',
  },
  {
    input: 'a+b@googlemail.com',
    operator: 'a+b@googlemail.com',
    operatorHash: 'oN9H82EI+OKFpj4LL/sDBA+E5Cwobo+6GQ87WkneW2c=',
    ours: 'a+b@googlemail.com',
    follows: 'all implementations: googlemail.com is not gmail.com',
  },
  {
    input: 'test@gmail.com.',
    operator: 'test@gmail.com.',
    operatorHash: 'KKbF9XqJWDjguArjxGsO033BqM1VwiqvHvzQjUpejS8=',
    ours: 'refused',
    follows: 'mail (RFC 5321), to which it is no other address than without the dot',
  },
  {
    input: 'mailto:test@example.com',
    operator: 'mailto:test@example.com',
    operatorHash: 'U5yN20dkwZ9lkfxqTer488qW9rKPTDooZ6zqhjZ5Zes=',
    ours: 'refused',
    follows: 'mail (RFC 5321), which has no colon in an address',
  },
]

/** Refused by all implementations; those marked W alone by browsers only. */
export const invalidEmails: readonly (readonly [input: string, source: string])[] = [
  ['', 'T W'],
  [' @', 'T W'],
  ['@', 'T W'],
  ['a@', 'T W'],
  ['@b', 'T W'],
  ['@b.com', 'T W'],
  ['+', 'T W'],
  [' ', 'T W'],
  ['+@gmail.com', 'T W'],
  ['.+@gmail.com', 'T W'],
  ['a@ba@z.com', 'T W'],
  ['this is not an email address', 'J'],
  ['neither.is@this@', 'J'],
  ['....@gmail.com', 'R'],
  [' @gmail.com', 'R'],
  ['+1234567890@gmail.com', 'R'],
  ['"a@b"@example.com', 'R'],
  ['a@@example.com', 'R'],
  ['a@b.com@', 'R'],
  ['test@example.com, foo@bar.com', 'R'],
  ['not-an-email', 'R'],
  ['test test@test.com', 'W'],
  ['test@te st.com', 'W'],
  ['test test@gmail.com', 'W'],
]

export const phones: readonly (readonly [phone: string, hash: string, source: string])[] = [
  ['+1234567890', 'QizoLG/BckrIeAQvfQVWU6temD0YbmFoJqctQ4S2ivg=', 'T W'],
  ['+12345678901', 'EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=', 'T W D'],
  ['+123456789012345', 'G0uu2XlelSENCKUYhunTPl2gYYlAPCqCPJ2S4iKtVeg=', 'T W'],
  ['+00000000000', '313yQvZOTb0vjjEU7sTO/UWxGPzVppIbCyQEJEnfxLo=', 'R'],
  ['+00000000001', 'M5tETCkakEH/MReteWsk6HwlyuPtK83wqZlgL9diqnI=', 'R'],
  ['+00000000002', '0VoxsIuk88qt7TnZaTC//C9Vur3pR1zBMIr1cJe7xjE=', 'D'],
  ['+6512435678', 'lYUKQSlih9uvJGc6yRaI2mlF2veyFQ7d/mfKUhev/jE=', 'D'],
  ['+61491570006', 'hYZYBT0uEit9nd7y9l5C5zjnQhvjK3qR3zWus+j8zo8=', 'D'],
]

export const invalidPhones: readonly (readonly [input: string, source: string])[] = [
  ['', 'T W'],
  ['asdaksjdakfj', 'T W'],
  ['+', 'T W'],
  ['12345678', 'T W'],
  ['123456789', 'T W'],
  ['1234567890', 'T W'],
  ['+12345678', 'T W'],
  ['+123456789', 'T W'],
  ['+ 12345678', 'T W'],
  ['+ 123456789', 'T W'],
  ['+ 1234 5678', 'T W'],
  ['+ 1234 56789', 'T W'],
  ['+1234567890123456', 'T W'],
  ['+1234567890A', 'T W'],
  ['+1234567890 ', 'T W'],
  ['+1234567890+', 'T W'],
  ['+12345+67890', 'T W'],
  ['555-555-5555', 'T W'],
  ['(555) 555-5555', 'T W'],
  ['DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0uijs', 'T W'],
  ['DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0u', 'T W'],
  ['0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b', 'T W'],
  ['+123 44 555-66-77', 'J'],
  ['1 (123) 456-7890', 'J'],
  ['+12345678901\n', 'R'],
  ['+١٢٣٤٥٦٧٨٩٠', 'R; the Python SDK accepts it'],
]

/** T: the same hash in the spellings that the operator takes; we send the first. */
export const hashes = [
  'DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0uijs=',
  '0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b',
  '0C7E6A405862E402EB76A70F8A26FC732D07C32931E9FAE9AB1582911D2E8A3B',
] as const

export const invalidHashes: readonly (readonly [input: string, source: string])[] = [
  ['', 'T'],
  ['asdaksjdakfj', 'T'],
  ['DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0uijs', 'T'],
  ['DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0u', 'T'],
  ['0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3Z', 'T'],
  ['0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b00', 'T'],
  ['DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0uij==', 'R; 31 bytes, which the operator lets pass'],
]
