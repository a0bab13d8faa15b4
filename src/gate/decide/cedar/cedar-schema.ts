/**
 * What Cedar policies may speak of. An act is an action by an agent on what it reaches for; `context` has what the
 * gate found out about it.
 */
export const cedarSchema = `
entity Tenant;
entity Agent in [Tenant] = { tenant: String, person: String };
entity Tool;
entity Shell;
entity File;

type About = {
  agent: String,
  person: String,
  tenant: String,
  session: String,
  tool: String,
  facts: Set<String>,
  destinations: Set<String>,
  bytes: Long,
};

action call appliesTo { principal: [Agent], resource: [Tool], context: About };
action command appliesTo { principal: [Agent], resource: [Shell], context: About };
action message appliesTo { principal: [Agent], resource: [Agent], context: About };
action write appliesTo { principal: [Agent], resource: [File], context: About };
`
