// Who needs what: read from what the functions do, not from the template. What is in no table is refused.

/** What is done with items, in the tables and in the indexes that are asked. */
export const ACTIONS = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem']
export const TABLES = ['CasesTable', 'MailTable']
export const INDEXES = [
  'CasesTable/index/due',
  'CasesTable/index/board',
  'CasesTable/index/handler',
  'MailTable/index/due',
]

/**
 * A function does this, there, to items whose partition is one of these. `CASE#` is every partition that begins so; what goes
 * into a transaction needs the same right as alone, and a condition on the item itself needs none. `DESK#` holds the last tick
 * and the mark of a restore.
 */
export const ITEMS = [
  ['intake', 'CasesTable', 'GetItem', 'CASE# CODE# KEYRING# LOG# REQUEST#'],
  ['intake', 'CasesTable', 'Query', 'CONTENT# KEYRING# LOG# PUBLISHED'],
  ['intake', 'CasesTable', 'PutItem', 'CASE# CODE# CONTENT# KEY# LOG# PLAN# TIMER# WORDS#'],
  ['intake', 'CasesTable', 'UpdateItem', 'RATE# REQUEST#'],
  ['intake', 'CasesTable', 'DeleteItem', 'CODE# TIMER#'],

  ['team', 'CasesTable', 'GetItem', 'CASE# CONTENT# FACTOR# KEY# KEYRING# LOG# REQUEST# SESSION# SIGN-IN# TEAM# UNREACHABLE WORDS#'],
  ['team', 'CasesTable', 'Query', 'ADVISORY# CONTENT# FACTOR# FIGURES# LOG# PUBLISHED READ#'],
  ['team', 'CasesTable', 'PutItem', 'CASE# CODE# CONTENT# FACTOR# KEY# LOG# PLAN# READ# SESSION# SIGN-IN# TIMER# WORDS#'],
  ['team', 'CasesTable', 'UpdateItem', 'FACTOR# RATE# REQUEST# TEAM#'],
  ['team', 'CasesTable', 'DeleteItem', 'CODE# FACTOR# SIGN-IN# TIMER#'],
  ['team', 'CasesTable/index/board', 'Query', 'BOARD# CLOSED# COMMENT# FILED#'],
  ['team', 'CasesTable/index/handler', 'Query', 'HANDLER#'],
  ['team', 'MailTable', 'PutItem', 'DELIVERY#'],

  ['team', 'MailTable', 'GetItem', 'DELIVERY#'],
  ['team', 'MailTable', 'Query', 'CASE#'],

  ['inbox', 'CasesTable', 'GetItem', 'CASE# KEYRING# LOG# MESSAGE# TAKING# TEAM# UNREACHABLE'],
  ['inbox', 'CasesTable', 'PutItem', 'CASE# CODE# CONTENT# KEY# LOG# MESSAGE# PLAN# TIMER# WORDS#'],
  ['inbox', 'CasesTable', 'UpdateItem', 'RATE# TAKING# TEAM#'],
  ['inbox', 'CasesTable', 'DeleteItem', 'TAKING# TIMER#'],
  ['inbox', 'MailTable', 'PutItem', 'CASE# DELIVERY#'],
  ['inbox', 'MailTable', 'DeleteItem', 'SUPPRESSED#'],

  ['sla-check', 'CasesTable', 'GetItem', 'CASE# DESK# LOG# TEAM# UNREACHABLE'],
  ['sla-check', 'CasesTable', 'PutItem', 'CASE# DESK# LOG# PLAN# TEAM# TIMER#'],
  ['sla-check', 'CasesTable', 'UpdateItem', 'ADVISORY# PLAN#'],
  ['sla-check', 'CasesTable', 'DeleteItem', 'TIMER#'],
  ['sla-check', 'CasesTable/index/due', 'Query', 'DUE#'],
  ['sla-check', 'CasesTable/index/board', 'Query', 'BOARD# CLOSED# COMMENT# FILED#'],
  ['sla-check', 'CasesTable/index/handler', 'Query', 'HANDLER#'],
  ['sla-check', 'MailTable', 'PutItem', 'DELIVERY#'],

  ['fan-out', 'CasesTable', 'GetItem', 'ADVISORY# CASE# CONTENT# DESK# FIGURES# KEYRING# LOG# PLAN# PUBLISHED TEAM# UNREACHABLE'],
  ['fan-out', 'CasesTable', 'Query', 'ADVISORY# FIGURE# FIGURES# LOG# PUBLISHED'],
  ['fan-out', 'CasesTable', 'PutItem', 'CASE# LOG# PLAN# TIMER#'],
  ['fan-out', 'CasesTable', 'UpdateItem', 'ADVISORY# FIGURE# FIGURES# PUBLISHED'],
  ['fan-out', 'CasesTable', 'DeleteItem', 'PLAN# TIMER#'],
  ['fan-out', 'MailTable', 'GetItem', 'DELIVERY#'],
  ['fan-out', 'MailTable', 'PutItem', 'CASE# DELIVERY#'],

  ['deliver', 'CasesTable', 'GetItem', 'CASE# DESK# KEYRING# WORDS#'],
  ['deliver', 'CasesTable', 'PutItem', 'CASE# LOG# PLAN# TIMER#'],
  ['deliver', 'CasesTable', 'DeleteItem', 'TIMER# WORDS#'],
  ['deliver', 'MailTable', 'GetItem', 'ALLOWANCE# DELIVERY# PACE# SEND-EVENTS SUPPRESSED#'],
  ['deliver', 'MailTable', 'PutItem', 'CASE# DELIVERY#'],
  ['deliver', 'MailTable', 'UpdateItem', 'ALLOWANCE# DELIVERY# PACE#'],
  ['deliver', 'MailTable/index/due', 'Query', 'DUE#'],

  ['mail-events', 'CasesTable', 'GetItem', 'CASE# UNREACHABLE'],
  ['mail-events', 'CasesTable', 'PutItem', 'CASE# LOG# PLAN# TIMER#'],
  ['mail-events', 'CasesTable', 'UpdateItem', 'ADVISORY# UNREACHABLE'],
  ['mail-events', 'CasesTable', 'DeleteItem', 'TIMER# WORDS#'],
  ['mail-events', 'MailTable', 'GetItem', 'DELIVERY#'],
  ['mail-events', 'MailTable', 'PutItem', 'DELIVERY# SUPPRESSED#'],
  ['mail-events', 'MailTable', 'UpdateItem', 'DELIVERY# SEND-EVENTS'],

  ['canary', 'MailTable', 'GetItem', 'DELIVERY#'],
]

/**
 * Where a function may give an item an end (`ttl`) as it writes it, in the table of cases: what is short-lived, and of cases those that
 * end by design, whose ids have a `U`. Everywhere else it may write what the table above says, and no `ttl`.
 */
const PASSING = kinds => kinds.split(' ').map(kind => `${kind}#EXP-2026-U7K3QF0`).join(' ')
export const ENDING = [
  ['intake', 'PutItem', `${PASSING('CASE LOG CONTENT PLAN KEY')} CODE#`],
  ['intake', 'UpdateItem', 'RATE# REQUEST#'],
  ['team', 'PutItem', `${PASSING('CASE LOG CONTENT PLAN')} SESSION# SIGN-IN#`],
  ['team', 'UpdateItem', 'FACTOR# RATE# REQUEST# TEAM#'],
  ['inbox', 'PutItem', `${PASSING('CASE LOG CONTENT WORDS PLAN KEY')} CODE# MESSAGE#`],
  ['inbox', 'UpdateItem', 'RATE# TAKING# TEAM#'],
]

/** Promises of the same kind: nobody gives these an end, whatever the table says. */
export const ENDLESS = [
  ['nobody lets a case vanish by giving it an end', 'CASE# LOG# CONTENT# KEY# WORDS# TIMER# PLAN#'],
  ['nobody lets what is published, a ring of keys or the desk itself vanish by giving it an end', 'PUBLISHED ADVISORY# KEYRING# DESK#'],
]

/** What must hold whatever the table above is changed to. `not` names those that may; nobody named is everybody. */
const READ = 'GetItem Query'
export const NEVER = [
  // promise, who, where, actions, partitions
  ['nobody changes or removes an event, a sealed text or a key', '', 'CasesTable', 'UpdateItem DeleteItem', 'LOG# CONTENT# KEY#'],
  ['nobody removes a case', '', 'CasesTable', 'UpdateItem DeleteItem', 'CASE#'],
  ['only who takes words in writes sealed texts', 'not intake inbox team', 'CasesTable', 'PutItem', 'CONTENT# WORDS#'],
  ['only who shows or publishes reads sealed texts', 'not intake team fan-out', 'CasesTable', READ, 'CONTENT#'],
  ['only who mails reads what is mailed, and team, which copies it to a new case', 'not deliver team', 'CasesTable', READ, 'WORDS#'],
  ['who only watches writes no event', 'canary', 'CasesTable', 'PutItem', 'LOG#'],
  ['only who opens cases makes case keys', 'not intake inbox team', 'CasesTable', 'PutItem', 'KEY# CODE#'],
  ['only team reads a case key', 'not team', 'CasesTable', READ, 'KEY#'],
  ['only team reads a session', 'not team', 'CasesTable', READ, 'SESSION# SIGN-IN#'],
  ['only team has to do with a second factor', 'not team', 'CasesTable', ACTIONS.join(' '), 'FACTOR#'],
  ['only intake finds a case by its code', 'not intake', 'CasesTable', READ, 'CODE#'],
  ['who reads mail reads no code, no key, no session', 'inbox', 'CasesTable', READ, 'CODE# KEY# SESSION# SIGN-IN#'],
  ['who reads mail reads no log but its first event, one item at a time', 'inbox', 'CasesTable', 'Query', 'LOG#'],
  ['only inbox knows which mail was seen', 'not inbox', 'CasesTable', ACTIONS.join(' '), 'MESSAGE# TAKING#'],
  ['only mail-events says whom of the team mail does not reach', 'not mail-events', 'CasesTable', 'PutItem UpdateItem DeleteItem', 'UNREACHABLE'],
  ['only mail-events says that an address is not sent to', 'not mail-events', 'MailTable', 'PutItem UpdateItem', 'SUPPRESSED#'],
  ['only inbox lets an address be sent to again', 'not inbox', 'MailTable', 'DeleteItem', 'SUPPRESSED#'],
  ['nobody behind the streams reads an answer', 'not intake team', 'CasesTable', READ, 'REQUEST#'],
  ['nobody makes or changes a ring of keys', '', 'CasesTable', 'PutItem UpdateItem DeleteItem', 'KEYRING#'],
  ['only fan-out says what is published', 'not fan-out', 'CasesTable', 'PutItem UpdateItem DeleteItem', 'PUBLISHED'],
  ['nobody removes a delivery', '', 'MailTable', 'DeleteItem', 'DELIVERY#'],
  ['the canary reads no case', 'canary', 'CasesTable', READ, 'CASE# LOG# KEY# CODE# REQUEST# SESSION# KEYRING#'],
]

/**
 * Action, what on, and who: nobody else. An object of a bucket, a stream and a secret are named like the resource; `*` is the
 * account.
 */
export const WHO = [
  ['kms:Encrypt', 'CaseKey', 'intake inbox team'],
  ['kms:Encrypt', 'MailKey', ''],
  ['kms:Encrypt', 'ReleaseKey', ''],
  ['kms:Decrypt', 'CaseKey', 'team'],
  ['kms:Decrypt', 'MailKey', 'deliver'],
  ['kms:Decrypt', 'ReleaseKey', 'fan-out'],
  ['kms:Decrypt', 'InboundKey', 'inbox'],
  ['kms:Sign', 'PublishKey', 'team'],
  ['kms:GetPublicKey', 'PublishKey', 'fan-out'],
  ['kms:Sign', 'HeadsKey', 'sla-check'],
  ['kms:GetPublicKey', 'HeadsKey', ''],
  ['kms:Sign', 'ReceiptKey', 'intake inbox'],
  ['kms:GetPublicKey', 'ReceiptKey', 'intake inbox'],

  ['secretsmanager:GetSecretValue', 'TeamLinks', 'team deliver'],
  ['secretsmanager:GetSecretValue', 'Sessions', 'team'],
  ['secretsmanager:GetSecretValue', 'ReporterLinks', 'intake deliver'],
  ['secretsmanager:GetSecretValue', 'CanaryLinks', 'intake canary'],
  ['secretsmanager:GetSecretValue', 'OriginSecret', 'intake team'],
  ['secretsmanager:GetSecretValue', 'ReplyTokens', 'inbox deliver'],
  ['secretsmanager:GetSecretValue', 'IntakeWords', 'intake deliver'],
  ['secretsmanager:GetSecretValue', 'InboxWords', 'inbox deliver'],
  ['secretsmanager:GetSecretValue', 'TeamWords', 'team deliver'],
  ['secretsmanager:GetSecretValue', 'Announcements', 'fan-out deliver'],
  ['secretsmanager:GetSecretValue', 'Webhooks', 'fan-out'],
  ['secretsmanager:GetSecretValue', 'OpenPgpPrimary', ''],
  ['secretsmanager:GetSecretValue', 'OpenPgpTeam', 'team'],
  ['secretsmanager:GetSecretValue', 'OpenPgpNotices', 'deliver'],

  ['s3:GetObject', 'SiteBucket/one', 'fan-out'],
  ['s3:PutObject', 'SiteBucket/one', 'fan-out'],
  ['s3:ListBucket', 'SiteBucket', 'fan-out'],
  ['s3:GetObject', 'ContentBucket/one', 'team'],
  ['s3:PutObject', 'ContentBucket/one', 'intake inbox team'],
  ['s3:DeleteObject', 'ContentBucket/one', 'inbox'],
  ['s3:GetObject', 'InboundBucket/one', 'inbox'],
  ['s3:DeleteObject', 'InboundBucket/one', 'inbox'],
  ['s3:ListBucket', 'InboundBucket', 'inbox sla-check'],
  ['s3:GetObject', 'HeadsBucket/one', 'sla-check'],
  ['s3:PutObject', 'HeadsBucket/one', 'sla-check'],

  ['dynamodb:DescribeStream', 'CasesTable/stream', 'fan-out'],
  ['dynamodb:GetShardIterator', 'CasesTable/stream', 'fan-out'],
  ['dynamodb:GetRecords', 'CasesTable/stream', 'fan-out'],
  ['dynamodb:DescribeStream', 'MailTable/stream', 'deliver'],
  ['dynamodb:GetShardIterator', 'MailTable/stream', 'deliver'],
  ['dynamodb:GetRecords', 'MailTable/stream', 'deliver'],

  ['sqs:SendMessage', 'FailuresQueue', 'fan-out deliver inbox mail-events'],

  ['ses:GetSendQuota', '*', 'deliver'],
]

/**
 * Rights that cannot be asked about. ListStreams knows no resource; Lambda wants it of whoever reads a stream, and the template
 * writes it as SAM's own DynamoDBStreamReadPolicy does.
 */
export const UNNAMED = { 'fan-out': 'dynamodb:ListStreams', deliver: 'dynamodb:ListStreams' }

const OUR_KEYS = 'CaseKey MailKey ReleaseKey PublishKey HeadsKey ReceiptKey InboundKey'
const SECRETS = 'TeamLinks Sessions ReporterLinks CanaryLinks OriginSecret ReplyTokens IntakeWords InboxWords TeamWords Announcements Webhooks OpenPgpPrimary OpenPgpTeam OpenPgpNotices'
const WRAPPING_KEYS = 'CaseKey MailKey ReleaseKey InboundKey'

/** Actions that are nobody's, and on what. */
export const NOBODY = [
  ['dynamodb:Scan dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem', 'CasesTable MailTable'],
  ['dynamodb:PartiQLSelect dynamodb:PartiQLInsert dynamodb:PartiQLUpdate dynamodb:PartiQLDelete', 'CasesTable MailTable'],
  ['dynamodb:Scan', INDEXES.join(' ')],
  ['dynamodb:DeleteTable dynamodb:UpdateTable dynamodb:UpdateTimeToLive dynamodb:PutResourcePolicy', 'CasesTable MailTable'],
  ['dynamodb:DescribeContinuousBackups dynamodb:UpdateContinuousBackups', 'CasesTable MailTable'],
  ['dynamodb:RestoreTableToPointInTime dynamodb:ExportTableToPointInTime dynamodb:CreateBackup', 'CasesTable MailTable'],
  ['kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo', WRAPPING_KEYS],
  ['kms:CreateGrant kms:PutKeyPolicy kms:DisableKey kms:ScheduleKeyDeletion', OUR_KEYS],
  ['secretsmanager:PutSecretValue secretsmanager:UpdateSecret secretsmanager:DeleteSecret', SECRETS],
  ['s3:PutObject', 'InboundBucket/one'],
  ['s3:ListBucket', 'ContentBucket'],
  ['s3:DeleteObject', 'SiteBucket/one'],
  ['s3:DeleteObjectVersion s3:GetObjectVersion', 'SiteBucket/one ContentBucket/one InboundBucket/one HeadsBucket/one'],
  ['s3:DeleteObject s3:PutObjectRetention s3:BypassGovernanceRetention', 'HeadsBucket/one'],
  ['s3:PutBucketPolicy s3:PutBucketVersioning s3:DeleteBucket', 'SiteBucket ContentBucket InboundBucket HeadsBucket'],
  ['s3:PutBucketObjectLockConfiguration s3:PutLifecycleConfiguration s3:ListBucket', 'HeadsBucket'],
  ['sqs:ReceiveMessage sqs:DeleteMessage sqs:PurgeQueue', 'FailuresQueue'],
  ['sns:Publish', 'MailEventsTopic AlarmTopic'],
  ['lambda:InvokeFunction lambda:UpdateFunctionCode', 'Intake Team Inbox SlaCheck FanOut Deliver MailEvents Canary'],
  ['logs:PutLogEvents', 'ApiLog'],
]

/** The name under which what is wrapped is bound, for each key that unwraps. */
export const CONTEXTS = { CaseKey: 'case', MailKey: 'ring', ReleaseKey: 'ring', InboundKey: 'aws:s3:arn' }

/** The service through which alone a key unwraps. */
export const THROUGH = { InboundKey: 's3.us-east-1.amazonaws.com' }

/**
 * What an account's administrator, its root, and every other role could do with `*` in a policy of their own: run the keys, and
 * neither open, nor sign, nor let another do it.
 */
export const ADMINISTRATORS = [
  // can, action, with
  [true, 'kms:DescribeKey', OUR_KEYS],
  [true, 'kms:RotateKeyOnDemand', 'CaseKey MailKey ReleaseKey'],
  [false, 'kms:Decrypt', WRAPPING_KEYS],
  [false, 'kms:ReEncryptFrom', WRAPPING_KEYS],
  [false, 'kms:Sign', 'ReceiptKey PublishKey HeadsKey'],
  [false, 'kms:CreateGrant', OUR_KEYS],
]
