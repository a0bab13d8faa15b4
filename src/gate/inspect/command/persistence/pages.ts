import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'

export const webRoot =
  /^(?:\/var\/www|\/srv\/(?:www|http)|\/usr\/share\/nginx|\/opt\/lampp|\/(?:var\/lib|opt|usr\/share|usr\/local)\/(?:apache-)?tomcat[^/]*|.*\/(?:htdocs|webapps|wwwroot|public_html))\/.*\.(?:php\d?|phtml|jspx?|aspx?|ashx|cfm)$/i

const isFolder = /^\/.*(\/|\/[^/.]+)$/

/** A page that a web server runs, fetched into its folder or copied out of a temporary one. */
export function pageFrom(name: string, source: string, target: string): readonly Finding[] {
  const page = isFolder.test(target) ? `${target}/${source.slice(source.lastIndexOf('/') + 1)}` : target
  const isStrange =
    /^(curl|wget)$/.test(name) ||
    /^\/(tmp|dev\/shm|var\/tmp)\//.test(source) ||
    // Pages of Java come inside archives; one by itself was put there by hand.
    /\.jspx?$/.test(page)
  return webRoot.test(page) && isStrange
    ? [finding('persistence', 'persist.web', 'medium', `puts ${shown(page)} where a web server runs it`)]
    : []
}
