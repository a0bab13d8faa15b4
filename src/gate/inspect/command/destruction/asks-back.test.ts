import { describe, expect, test } from 'vitest'
import { inspectCommand } from '../command.ts'

const severities = (command: string) =>
  inspectCommand({ command }, (detector) => detector === 'destruction').map(({ severity }) => severity)

describe('a client that asks a person before it deletes one thing', () => {
  test.each([
    'gcloud compute instances delete vm1',
    'doctl compute droplet delete d1',
    'az storage account delete --name a',
    'doppler configs delete dev',
    'sqlx database drop',
    'aws s3 rb s3://bucket',
    'gsutil rb gs://bucket',
    'az storage blob delete -c box -n one.txt',
    'aws rds delete-db-instance --db-instance-identifier i --final-db-snapshot-identifier s',
    'git rm -r .',
  ])('is only noted: %s', (command) => {
    expect(severities(command)).toEqual(['low'])
  })

  test.each([
    'gcloud compute instances delete vm1 --quiet',
    'yes | gcloud compute instances delete vm1',
    'doctl compute droplet delete d1 -f',
    'echo y | doctl compute droplet delete d1',
    'az storage account delete --name a --yes',
    'sqlx database drop -y',
    'gcloud projects delete p1',
    'terraform destroy',
    'gh repo delete o/r',
    'lvremove vg/data',
    'aws s3 rb s3://bucket --force',
    'aws rds delete-db-instance --db-instance-identifier i --skip-final-snapshot',
    'git rm -rf .',
  ])('is asked about when it would not ask, was answered, or takes a whole estate: %s', (command) => {
    expect(severities(command).filter((severity) => severity !== 'low')).toHaveLength(1)
  })
})
