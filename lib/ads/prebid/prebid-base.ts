// Imported as one module, because each costs a request, and over HTTP/1.1 a browser fetches six at a time.
import pbjs from 'prebid.js'
// Not listed by any other module, yet nothing works without it.
import 'prebid.js/modules/userId'

export default pbjs
