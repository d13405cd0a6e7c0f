/**
 * Tokens that this project did not make. The deterministic ones were computed by an independent program from
 * the published fixture keys and read by the official Python and Java SDKs; `genuine` is real operator output
 * from the documentation of UID2, made with those same keys; `crossPlatform` is from the SDKs' own tests.
 */
export const emailToken =
  'A4AAAABlICEiIyQlJicoKSoreoP5B8ah1BwAktwXyiBL3eeM08N10ir73n5KlSf26ABhcvGzIzGViJnXYrchc282zA4nlKtNAFjrssY2SVGEDLCggZS7N9DeuPN07oQOnEjrcIpxiMTUNYi5AupxrzyHyPB0a98OwKgOztg0PWnZbL2sarPdFy5qCEeUL6DJ3vp4rltsj5ZTiIAUu8fetbV0Cg'
export const euidPhoneToken =
  'F4AAAABlICEiIyQlJicoKSoreoP5B8ah1BwAktwXyiBL3eeM08N10ir73n5KlSf26ABhcvGzIzGViJnXYrchc282zA4nlKtNAFjrssY2SVGEDLCggZS7N9DeuPN07oQOnEjrjSIa7b3glG_dQOt8KkVUEh4Em14GAB92SxxoeVMYym_ydJQ1Iogm1Nqdd2cBwunqc2CJq_bAa6FG0i7nnsnueCg'
export const tokenTimes = { created: 1_767_225_600_000, expires: 1_767_229_200_000 }

export const genuine = {
  advertisingToken:
    'A4AAAABlh75XmviGJi-hkLGs96duivRhMd3a3pe7yTIwbAHudfB9wFTj2FtJTdMW5TXXd1KAb-Z3ekQ_KImZ5Mi7xP75jRNeD6Mt6opWwXCCpQxYejP0R6WnCGnWawx9rLu59LsHv6YEA_ARNIUUl9koobfA9pLmnxE3dRedDgCKm4xHXYk01Fr8rOts6iJj2AhYISR3XkyBpqzT-vqBjsHH0g',
  created: 1_724_895_414_352,
  expires: 1_724_899_014_352,
  established: 1_724_895_414_351,
  uid: '5ZS4K8EWd+cMAcQsOF4ttBcvenrt1ZiU/st/CaL+AL8=',
  refreshToken:
    'AAAAAGYzgUszke2sV9CxXnxyFfUU+KDCJUCXNbj1/FVcCjvR7K07jYaWe44wxM6SOTwG7WQB4XfIcquMqH57iHUnAu1zacYf9g58BtbhKCYWTwrdpB0fSqTANBXOYy+yBnl6tLRwVv32LqRCj76D8meO4tw+MKlUAc2EoFzFNPSfZLpA3Jk4q68vH6VJH/WIuu1tulrVm5J8RZAZnmTlEcsPdjoOC6X4w3aAwiwtbeGw7yOO0immpVoC5KaXnT9olRPTlrt8F9SvebLIcqkYhvRMPpl1S89yeneyGo++RnD9qSHIrfu9To3VwYW018QuvyA15uv4No4BoAzyPuHqzQ8gAs6csWwZ7VwfYD7DSJXlQiIpwzjA2Hl8mgg/5fcXwKEJ',
  responseKey: 'TS0H0szacv/F3U8bQjZwjSaZJjxZbMvxqHn1l3TL/iY=',
  firstLevelHash: '391deacab6ab4e3d787e2bd3665ce90b5e5dcc272c8cc27170479670793c5479',
}

export const crossPlatform = {
  token:
    'AIAAAACkOqJj9VoxXJNnuX3v-ymceRf8_Av0vA5asOj9YBZJc1kV1vHdmb0AIjlzWnFF-gxIlgXqhRFhPo3iXpugPBl3gv4GKnGkw-Zgm2QqMsDPPLpMCYiWrIUqHPm8hQiq9PuTU-Ba9xecRsSIAN0WCwKLwA_EDVdzmnLJu64dQoeYmuu3u1G2EuTkuMrevmP98tJqSUePKwnfK73-0Zdshw',
  master: { id: 164, secret: 'iyXxrRJcJOilqBcSJsN7XKCIuShbraXdqBCppCaLCJs=' },
  site: { id: 165, secret: 'IPsHwoSa+lbKdGgdg8CL1zCkC0HibqcObDP+fUEYF4U=' },
  uid: 'ywsvDNINiZOVSsfkHpLpSJzXzhr6Jx9Z/4Q0+lsEUvM=',
}

export const refreshVector = {
  inner:
    'A3AAAABmAAECAwQFBgcICQoL73u0LY3humCNZVgrz9XT+hFaUCVglaMqxtF85e6kFsn1dVQZQRbSqgO7FM+AIZNXiJ+gz6hxo/BUMn8ibX2HLal7Utco77TjnB9pplGr0/uTmC699cyZBZfkbxwWVVlWs13Qa1Z2tr3HEg==',
  outer:
    'AAAAAGYQERITFBUWFxgZGhtVdyuQIwxf0qgqa+5HclsQ1iMOheAtesYZnjxKYWDKbK1G8+mnEkJu8e87X2KRlnJsMRFDSV8Ohey3cRRJKSqsdUA+l8sNwP170HOMH7KwWIFOw+wAstl2CxlE1Ip0fFeMuUBUvwt9022IDtYbsFeJ3Y4kRrZSxyoYdhI1eXyWf8aU4SLQIQnvNipXBPndqQCz9BsD2Do05s++8qflf5rr3ueBKiXt2se0hOQ5HVKapFwdogEjKkO/EkwcBc4dTFXHvESS166yiJ8b4jBG+nwZXFbz47zjQtnYi6O9mXBzvkaJloQhTtbqY5JGshxkaahk6i2cygyYCJF1bA3Vj4U1RbIpRYbgZ+xfUqIvsH0sZ9zS',
}
