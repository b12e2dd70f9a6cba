// Who may do what, by the policies of the template as AWS would evaluate them: those of the roles, the keys and the buckets
// together. The emulator that the stack is deployed to cannot: it knows none of the conditions that these policies stand on.
//
//     python ../template.py ../../../infra/aws/template.yaml > resolved.json && node check.mjs resolved.json
//
// @cloud-copilot/iam-simulate and iam-policy are AGPL-3.0: they are run here, beside the tests; nothing of ours links them.

import { readFileSync } from 'node:fs'
import { allowedContextKeysForRequest, runSimulation } from '@cloud-copilot/iam-simulate'
import { validateIdentityPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { ACTIONS, ADMINISTRATORS, CONTEXTS, ENDING, ENDLESS, INDEXES, ITEMS, NEVER, NOBODY, TABLES, THROUGH, UNNAMED, WHO } from './rights.mjs'

const { account, parameters, roles, keys, buckets, resources } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const functions = Object.keys(roles)
const words = text => text.split(/\s+/).filter(Boolean)
const list = value => [value].flat()
const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))

let passed = 0
let failed = 0

async function check(name, problemsOf) {
  let problems
  try {
    problems = await problemsOf()
  } catch (error) {
    problems = [String(error.stack ?? error)]
  }
  problems.length ? failed++ : passed++
  console.log(`${problems.length ? 'FAIL ' : 'ok   '} ${name}`)
  for (const problem of problems) console.log(`      ${problem}`)
}

// --- asking -----------------------------------------------------------------------------------------------------

/** Whether a request is allowed. An action, resource or context key that AWS does not know is an error, not a refusal. */
async function allowed({ principal, action, resource, policy, context = {} }) {
  const own = [...Object.values(keys), ...Object.values(buckets)]
  const resourcePolicy = own.find(one => resource === one.arn || resource.startsWith(`${one.arn}/`))?.policy
  const request = { principal, action, resource: { resource, accountId: account }, contextVariables: context }
  const identityPolicies = policy ? [{ name: 'own', policy }] : []
  const simulation = { request, identityPolicies, resourcePolicy, serviceControlPolicies: [], resourceControlPolicies: [] }
  const answer = await runSimulation(simulation, { simulationMode: 'Strict' })
  if (answer.resultType === 'error') throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`)
  const ignored = answer.result?.ignoredContextKeys ?? []
  if (ignored.length) throw new Error(`${action} on ${resource} carries no ${ignored}`)
  return answer.overallResult === 'Allowed'
}

const may = (fn, action, resource, context) =>
  allowed({ principal: roles[fn].arn, policy: roles[fn].policy, action, resource, context })

async function carries(action, resource, key) {
  const [service, name] = action.split(':')
  const known = await allowedContextKeysForRequest(service, name, resource, false)
  const starts = known.map(k => k.split('${')[0])
  return known.some((k, i) => k === key.toLowerCase() || (k !== starts[i] && key.toLowerCase().startsWith(starts[i])))
}

/** The ARN of what a table calls by a short name. */
function arn(name) {
  if (name === '*') return name
  if (name === 'ReceiptKey') return keys.OddReceiptKey?.arn ?? keys.EvenReceiptKey.arn
  const [resource, ...path] = name.split('/')
  const rest = path.join('/')
  if (rest === 'stream') return `${resources[resource]}/stream/2026-01-01T00:00:00.000`
  if (resource.endsWith('Log')) return resources[resource].replace(/\*$/, 'log-stream:one')
  if (!resources[resource]) throw new Error(`the template has no ${resource}`)
  return rest ? `${resources[resource]}/${rest}` : resources[resource]
}

/** What such a request would carry, so that no condition holds only because the key is not there. */
async function context(action, name, resource) {
  const said = {}
  if (CONTEXTS[name] && (await carries(action, resource, 'kms:EncryptionContextKeys'))) {
    said['kms:EncryptionContextKeys'] = [CONTEXTS[name]]
  }
  if (THROUGH[name] && (await carries(action, resource, 'kms:ViaService'))) said['kms:ViaService'] = THROUGH[name]
  if (action.startsWith('s3:')) said['aws:SecureTransport'] = 'true'
  if (await carries(action, resource, 'dynamodb:LeadingKeys')) said['dynamodb:LeadingKeys'] = ['CASE#1']
  return said
}

// --- items: every action on every partition ---------------------------------------------------------------------

const partition = name => name.replace(/#$/, '#1')
// A role that may write to every partition of a kind may write to those of some ids, too.
const isAmong = (name, wanted) => wanted.some(one => name === one || (one.endsWith('#1') && name.startsWith(`${one}-`)))
// Those of the table, those that any policy names, and one that nobody names.
const partitions = (() => {
  const conditions = functions.flatMap(fn => roles[fn].policy.Statement.flatMap(s => Object.values(s.Condition ?? {})))
  const inPolicies = conditions.flatMap(c => list(c['dynamodb:LeadingKeys'] ?? []))
  const inTable = ITEMS.flatMap(([, , , names]) => words(names)).map(partition)
  return [...new Set([...inTable, ...inPolicies.map(n => n.replaceAll('*', '1')), 'OTHER#1'])]
})()

const mayOn = (fn, action, place, names) => may(fn, `dynamodb:${action}`, arn(place), { 'dynamodb:LeadingKeys': names })

async function wrongOn(fn, place, action, wanted) {
  const wrong = []
  for (const name of partitions) {
    if ((await mayOn(fn, action, place, [name])) !== isAmong(name, wanted)) {
      wrong.push(`${action} of ${name} in ${place} is ${isAmong(name, wanted) ? 'refused' : 'allowed'}`)
    }
  }
  return wrong
}

await check('the tables name functions and places that there are', async () => {
  const places = [...TABLES, ...INDEXES]
  const known = ITEMS.filter(([fn, place]) => roles[fn] && places.includes(place))
  return ITEMS.filter(row => !known.includes(row)).map(row => row.join(' '))
})
for (const [fn, place, action, names] of ITEMS) {
  const wanted = words(names).map(partition)
  await check(`${fn} may ${action} of ${place}: ${names}`, () => wrongOn(fn, place, action, wanted))
}
for (const fn of functions) {
  const ours = ITEMS.filter(([f]) => f === fn)
  await check(`${fn} does nothing else with items`, async () => {
    const places = TABLES.flatMap(t => ACTIONS.map(a => [t, a])).concat(INDEXES.map(i => [i, 'Query']))
    const others = places.filter(([p, a]) => !ours.some(([, place, action]) => place === p && action === a))
    return (await Promise.all(others.map(([place, action]) => wrongOn(fn, place, action, [])))).flat()
  })
  await check(`${fn} may not ask for a partition of its own together with another`, async () => {
    const asked = ours.map(([, place, action, names]) => [place, action, [partition(words(names)[0]), 'OTHER#1']])
    const answers = await Promise.all(asked.map(([place, action, both]) => mayOn(fn, action, place, both)))
    return asked.filter((_, i) => answers[i]).map(([place, action, both]) => `${action} of ${both} in ${place} is allowed`)
  })
}
for (const [promise, who, place, actions, names] of NEVER) {
  const these = who.startsWith('not ') ? functions.filter(f => !words(who.slice(4)).includes(f)) : words(who)
  await check(promise, async () => {
    const problems = []
    for (const fn of these.length ? these : functions) {
      for (const action of words(actions)) {
        for (const name of words(names)) {
          if (await mayOn(fn, action, place, [partition(name)])) problems.push(`${fn} may ${action} ${name}`)
        }
      }
    }
    return problems
  })
}

// --- ends: what may be written so that DynamoDB removes it -------------------------------------------------------

const mayEnd = (fn, action, name) =>
  may(fn, `dynamodb:${action}`, arn('CasesTable'), {
    'dynamodb:LeadingKeys': [name],
    'dynamodb:Attributes': ['pk', 'sk', 'ttl', 'version'],
  })
const ending = [...new Set([...partitions, ...ENDING.flatMap(([, , names]) => words(names).map(partition))])]

for (const fn of functions) {
  for (const action of ['PutItem', 'UpdateItem']) {
    const rows = ENDING.filter(([f, a]) => f === fn && a === action)
    const wanted = rows.flatMap(([, , names]) => words(names).map(partition))
    await check(`${fn} gives an end by ${action} to: ${rows.map(([, , names]) => names).join(' ') || 'nothing'}`, async () => {
      const names = ending.filter(name => !name.includes('?'))
      const answers = await Promise.all(names.map(name => mayEnd(fn, action, name)))
      const wrong = names.filter((name, i) => answers[i] !== wanted.includes(name))
      return wrong.map(name => `${name} is ${wanted.includes(name) ? 'refused' : 'allowed'}`)
    })
  }
}
for (const [promise, names] of ENDLESS) {
  await check(promise, async () => {
    const asked = functions.flatMap(fn => words(names).flatMap(name => ['PutItem', 'UpdateItem'].map(a => [fn, a, partition(name)])))
    const answers = await Promise.all(asked.map(([fn, action, name]) => mayEnd(fn, action, name)))
    return asked.filter((_, i) => answers[i]).map(row => row.join(' '))
  })
}

// --- everything else: who may, and nobody else ------------------------------------------------------------------

const given = Object.fromEntries(functions.map(fn => [fn, new Set(words(UNNAMED[fn] ?? ''))]))
for (const [fn, , action] of ITEMS) given[fn]?.add(`dynamodb:${action}`)

const logs = functions.map(fn => [`${fn}Log`.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase()), fn])
const writeLogs = logs.flatMap(([log, fn]) => ['logs:CreateLogStream', 'logs:PutLogEvents'].map(a => [a, log, fn]))

async function wrongWith(action, place, wanted) {
  const resource = arn(place)
  const said = await context(action, place, resource)
  const answers = await Promise.all(functions.map(fn => may(fn, action, resource, said)))
  const wrong = functions.filter((fn, i) => answers[i] !== wanted.includes(fn))
  return wrong.map(fn => `${fn} ${wanted.includes(fn) ? 'may not' : 'may'} ${action} on ${place}`)
}

for (const [action, place, who] of [...WHO, ...writeLogs]) {
  for (const fn of words(who)) given[fn].add(action)
  await check(`${action} on ${place}: ${who || 'nobody'}`, () => wrongWith(action, place, words(who)))
}
for (const [actions, places] of NOBODY) {
  await check(`nobody: ${actions} on ${places}`, async () => {
    const wrong = words(actions).flatMap(action => words(places).map(place => wrongWith(action, place, [])))
    return (await Promise.all(wrong)).flat()
  })
}

// --- keys: what a policy of the account's own cannot give ---------------------------------------------------------

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const outside = ['root', 'user/administrator', 'role/administrator'].map(name => `arn:aws:iam::${account}:${name}`)

for (const [can, action, names] of ADMINISTRATORS) {
  for (const place of words(names)) {
    const own = WHO.filter(([a, p]) => a === action && p === place).flatMap(([, , who]) => words(who))
    const others = functions.filter(fn => !own.includes(fn)).map(fn => roles[fn].arn)
    await check(`whoever may do everything ${can ? 'can' : 'cannot'} ${action} with ${place}`, async () => {
      const resource = arn(place)
      const said = await context(action, place, resource)
      const ask = principal => allowed({ principal, policy: everything, action, resource, context: said })
      const principals = [...outside, ...others]
      const answers = await Promise.all(principals.map(ask))
      const wrong = principals.filter((_, i) => answers[i] !== can).map(p => p.split(':').pop())
      return wrong.length ? [`${wrong.join(', ')} ${can ? 'cannot' : 'can'}`] : []
    })
  }
}
for (const [place, name] of Object.entries(CONTEXTS)) {
  const [, , fn] = WHO.find(([action, p]) => action === 'kms:Decrypt' && p === place)
  await check(`kms:Decrypt with ${place}: only what was wrapped for a ${name}`, async () => {
    const other = name === 'case' ? 'ring' : 'case'
    const tried = [[other], [name, other], ['anything']]
    const said = await context('kms:Decrypt', place, arn(place))
    const ask = k => may(fn, 'kms:Decrypt', arn(place), { ...said, 'kms:EncryptionContextKeys': k })
    const answers = await Promise.all(tried.map(ask))
    return tried.filter((_, i) => answers[i]).map(k => `${fn} may with a context of ${k}`)
  })
}

for (const [place, service] of Object.entries(THROUGH)) {
  const [, , fn] = WHO.find(([action, p]) => action === 'kms:Decrypt' && p === place)
  await check(`kms:Decrypt with ${place}: through ${service}, not by asking KMS`, async () => {
    const said = await context('kms:Decrypt', place, arn(place))
    const tried = ['secretsmanager.us-east-1.amazonaws.com', undefined]
    const other = via => (via ? { ...said, 'kms:ViaService': via } : without(said, 'kms:ViaService'))
    const answers = await Promise.all(tried.map(via => may(fn, 'kms:Decrypt', arn(place), other(via))))
    return tried.filter((_, i) => answers[i]).map(via => `${fn} may through ${via ?? 'nothing'}`)
  })
}

// --- mail: from one address, as one domain ------------------------------------------------------------------------

const { Identity: domain, SecurityAddress: address } = parameters
const identity = name => `arn:aws:ses:us-east-1:${account}:identity/${name}`
const MAIL = [
  // may   action              as               from
  [true, 'ses:SendRawEmail', domain, address],
  [false, 'ses:SendRawEmail', domain, `someone@${domain}`],
  [false, 'ses:SendRawEmail', domain, `${address}.example.net`],
  [false, 'ses:SendRawEmail', 'example.net', address],
  [false, 'ses:SendRawEmail', address, address],
  [false, 'ses:SendEmail', domain, address],
]
given.deliver.add('ses:SendRawEmail')
for (const [can, action, as, from] of MAIL) {
  await check(`${action} as ${as} from ${from}: ${can ? 'deliver' : 'nobody'}`, async () => {
    const problems = []
    for (const fn of functions) {
      const answer = await may(fn, action, identity(as), { 'ses:FromAddress': from })
      if (answer !== (can && fn === 'deliver')) problems.push(`${fn} ${answer ? 'may' : 'may not'}`)
    }
    return problems
  })
}

// --- buckets: what their own policies say ---------------------------------------------------------------------------

await check('the site is read over TLS only', async () => {
  const context = { 'aws:SecureTransport': 'false' }
  return (await may('fan-out', 's3:GetObject', arn('SiteBucket/index.html'), context)) ? ['fan-out may without'] : []
})
for (const [can, name, source] of [[true, 'this', resources.Distribution], [false, 'another', `${resources.Distribution}2`]]) {
  await check(`${name} distribution ${can ? 'reads' : 'does not read'} the site`, async () => {
    const context = { 'aws:SourceArn': source, 'aws:SecureTransport': 'true' }
    const resource = arn('SiteBucket/index.html')
    const answer = await allowed({ principal: 'cloudfront.amazonaws.com', action: 's3:GetObject', resource, context })
    return answer === can ? [] : [can ? 'refused' : 'allowed']
  })
}

const rule = owner => `arn:aws:ses:us-east-1:${owner}:receipt-rule-set/one:receipt-rule/security-address`
for (const [can, whose, owner] of [[true, 'this account', account], [false, 'another account', '999999999999']]) {
  await check(`SES ${can ? 'puts' : 'does not put'} mail for a rule of ${whose}, encrypted`, async () => {
    const context = { 'aws:SourceAccount': owner, 'aws:SourceArn': rule(owner), 'aws:SecureTransport': 'true' }
    const object = arn('InboundBucket/one')
    const asked = [['s3:PutObject', object], ['kms:GenerateDataKey', keys.InboundKey.arn], ['kms:Decrypt', keys.InboundKey.arn]]
    const said = action => (action.startsWith('kms:') ? without(context, 'aws:SecureTransport') : context)
    const ask = ([action, resource]) => allowed({ principal: 'ses.amazonaws.com', action, resource, context: said(action) })
    const answers = await Promise.all(asked.map(ask))
    return asked.filter((_, i) => answers[i] !== can).map(([action]) => `${action} is ${can ? 'refused' : 'allowed'}`)
  })
}

// --- how the policies are written ------------------------------------------------------------------------------------

const own = [...Object.values(resources), identity(domain)]
// What is asked of the account as a whole: AWS has no resource for it.
const OF_ACCOUNT = WHO.filter(([, place]) => place === '*').map(([action]) => action)
for (const fn of functions) {
  await check(`${fn}: every right in its policy is in these tables`, async () => {
    const stated = roles[fn].policy.Statement.flatMap(s => list(s.Action ?? [`everything but ${list(s.NotAction)}`]))
    return [...new Set(stated)].filter(action => !given[fn].has(action))
  })
  await check(`${fn}: its rights end at this stack`, async () => {
    const ofStack = s => s.Resource !== '*' || !list(s.Action ?? []).every(action => OF_ACCOUNT.includes(action))
    const statements = roles[fn].policy.Statement.filter(ofStack)
    const named = statements.flatMap(s => list(s.Resource ?? `everything but ${list(s.NotResource)}`))
    return named.filter(name => !own.some(arn => name === arn || name.startsWith(`${arn}/`)))
  })
}
const identities = Object.entries(roles).map(([n, r]) => [n, r.policy, validateIdentityPolicy])
const onResources = Object.entries({ ...keys, ...buckets }).map(([n, r]) => [n, r.policy, validateResourcePolicy, r.arn])
for (const [name, policy, validate, itself] of [...identities, ...onResources]) {
  await check(`${name}: a policy that IAM takes`, async () => validate(policy).map(e => `${e.path}: ${e.message}`))
  await check(`${name}: each condition is on what its actions carry`, async () => {
    const problems = []
    for (const statement of policy.Statement) {
      const conditions = Object.values(statement.Condition ?? {}).flatMap(Object.keys).filter(k => !/^aws:/i.test(k))
      for (const action of list(statement.Action)) {
        const resource = list(statement.Resource)[0]
        for (const key of conditions) {
          if (!(await carries(action, resource === '*' ? itself : resource, key))) problems.push(`${action} carries no ${key}`)
        }
      }
    }
    return problems
  })
}

console.log(`policies: ${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
