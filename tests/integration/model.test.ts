import { describeTwoInstances } from '../support/model/two-instances.ts'

describeTwoInstances({ runs: 20, stepsPerRestart: 200, longestMs: 10_000 })
