import { describeTwoInstances } from '../support/model/two-instances.ts'

describeTwoInstances({ runs: 1500, stepsPerRestart: 60, longestMs: 300_000 })
