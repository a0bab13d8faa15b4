import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'
import { sqlSpoken } from './clients.ts'

const NAME = 'destruction'

/** What runs tasks that a framework or a project names: `rails db:drop`, `manage.py flush`, `prisma migrate reset`. */
const runners = new Set(
  'rails gitlab-rails rake bundle bin/rails manage.py django-admin php artisan console npx pnpm yarn bunx prisma sequelize sequelize-cli typeorm knex drizzle-kit mikro-orm mix alembic flask aerich flyway liquibase dbmate goose migrate atlas sqitch supabase hasura doctrine symfony wp drush cake dotnet dotnet-ef diesel sqlx sea-orm-cli phinx lein grails ember strapi medusa directus payload'.split(
    ' ',
  ),
)

/** The thing and what is done to it in one word: `db:drop:all`, `ecto.drop`, `doctrine:schema:drop`, `migrate:fresh`. */
const joined =
  /^(?:[\w-]+[:.])*(?:db|database|schema|ecto|migrate|migrations?|collection|queue|storage)[:.](?:drop|reset|fresh|refresh|wipe|purge|clean|truncate(?:_all)?|flush|nuke|destroy|delete)(?:[:.]\w+)*$/
const things = /^(db|database|schema|migrate|migrations?|orm:schema-tool|site)$/
const ends = /^(drop|reset|wipe|purge|clean|nuke|empty|revert-all)$/
const alone = /^(flush|reset_db|sqlflush_now|dropAll|drop-all|--force-reset|sql-drop|site:install)$/

/** A model's own words for all that there is of it. */
const emptiesAll =
  /\bdrop_table\b|\.(?:delete_all|destroy_all)\b|\.objects\.all\(\)\.delete\(\)|(?:->|::)truncate\(\)|\bSidekiq::\w+.*\bclear\b/

/** Databases emptied by a task: the word for it is the framework's, the loss is the database's. */
export function taskLoss({ name, args, input }: Invocation): readonly Finding[] {
  if (!runners.has(name) && !name.startsWith('python')) return unconcerned
  if (args.length === 0) return []
  if (args.some((arg) => /^(--pretend|--status|-h)$/.test(arg))) return []
  // What runs on this machine alone is made anew from its own migrations.
  const isOwnCopy =
    (args.includes('supabase') || name === 'supabase') &&
    !args.some((arg) => /^--(?:linked|db-url|project-ref)/.test(arg))
  if (isOwnCopy) return []
  if (input !== undefined && args.includes('execute') && sqlSpoken.test(input))
    return [finding(NAME, 'destroy.service', 'high', `${shown(name)} runs ${shown(input)} on a database`)]
  const task = args.find((arg, index) => {
    const before = args[index - 1] ?? name
    const isCode = /^(?:runner|shell|-c|--execute)$/.test(before) || arg.startsWith('--execute=')
    if (isCode && emptiesAll.test(arg) && !/\bwhere\b/.test(arg)) return true
    if (arg.length > 60 || arg.startsWith('-')) return arg === '--force-reset'
    if (joined.test(arg) || (ends.test(arg) && things.test(before))) return true
    if (alone.test(arg)) return isOwn(name, args, index)
    if (/^(-|--)?(all|-all)$/.test(arg) && /^(down|--down|-down)$/.test(before)) return true
    if (/^(?:db:)?migrate:undo:all$/.test(arg)) return true
    if (/^migrate:(rollback|reset)$/.test(arg) && args.includes('--all')) return true
    if (arg === 'zero' && args.includes('migrate')) return true
    if (index === 0 && /^(?:dbmate|goose|drizzle-kit)$/.test(name) && /^(?:drop|reset)$/.test(arg))
      return true
    if (arg === 'drop' && before === 'drizzle-kit') return true
    if (arg === 'push' && before === 'drizzle-kit' && args.includes('--force')) return true
    if (arg === 'db:schema:load') return true
    return (arg === 'clean' && name === 'flyway') || (arg === 'base' && before === 'downgrade')
  })
  // What is only for tests is made again by the next run of them.
  if (task === undefined || args.some((arg) => /^(RAILS_ENV|NODE_ENV|MIX_ENV)=test$|:test$/.test(arg)))
    return []
  return [finding(NAME, 'destroy.service', 'medium', `${shown(name)} ${shown(task)} empties a database`)]
}

/** `flush` is a task of a project's own script, not of every program that the runner can start. */
function isOwn(name: string, args: readonly string[], index: number): boolean {
  const script = index === 0 ? name : (args[index - 1] ?? '')
  return /(^|\/)(manage\.py|django-admin|liquibase|artisan|drush|wp)$/.test(script)
}
