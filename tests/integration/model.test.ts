import { describeTwoInstances } from '../support/model/two-instances.ts'

describeTwoInstances({ runs: 20, stepsPerRestart: 200, longestMs: 20_000 })
