// The CSAF documents of a published site, by the tests that the standard has for a validator: its schema in the strict form, every
// mandatory test (6.1), and every optional one (6.2), but that each product has a score (6.2.3) where no score is of CVSS 3: CSAF 2.0
// has no place for one of CVSS 4.
//
//     node check.mjs SITE

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as optional from '@secvisogram/csaf-validator-lib/optionalTests.js'
import { csaf_2_0_strict } from '@secvisogram/csaf-validator-lib/schemaTests.js'
import validateStrict from '@secvisogram/csaf-validator-lib/validateStrict.js'

const folder = join(process.argv[2], 'csaf', 'white')
// A desk on this machine has no certificate; what it writes is judged as it is where it has one.
const secured = text => text.replace(/"http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//g, '"https://$1$2/')
let passed = 0
let failed = 0

function check(name, problems) {
  problems.length ? failed++ : passed++
  console.log(`${problems.length ? 'FAIL' : 'ok  '}  ${name}`)
  for (const problem of problems) console.log(`      ${problem}`)
}

const named = test => ({ instancePath, message }) => `${test}: ${instancePath}: ${message}`

const years = readdirSync(folder).filter(name => /^\d{4}$/.test(name))
const documentsOf = year => readdirSync(join(folder, year)).filter(name => name.endsWith('.json'))
const documents = years.flatMap(year => documentsOf(year).map(name => join(year, name)))
check('there are CSAF documents', documents.length ? [] : ['none'])
for (const name of documents.sort()) {
  const document = JSON.parse(secured(readFileSync(join(folder, name), 'utf8')))
  const wanted = await validateStrict([csaf_2_0_strict, ...Object.values(mandatory)], document)
  check(`${name}: what CSAF wants`, wanted.tests.flatMap(({ name, errors }) => errors.map(named(name))))
  const hasScores = document.vulnerabilities?.some(({ scores }) => scores)
  const advised = Object.values(optional).filter(test => hasScores || test !== optional.optionalTest_6_2_3)
  const better = await validateStrict(advised, document)
  check(`${name}: what CSAF advises`, better.tests.flatMap(({ name, errors, warnings }) => [...errors, ...warnings].map(named(name))))
}
console.log(`documents: ${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
