// A plan for people, a line a step, and for programs as JSON.

internal import Domain
internal import Onboarding
internal import Primitives

/// One step, as both see it.
struct ShownChange: Encodable {
  let kind: String
  var person: String?
  var user: String?
  var role: String?
  var account: String?
  var bank: String?
  var signer: String?
  var agreement: String?
  var fingerprint: String?
  var fields: [String]?
  /// Of drift: who did it, and when.
  var changedBy: String?
  var changeTime: String?

  private enum CodingKeys: String, CodingKey {
    case kind, person, user, role, account, bank, signer, agreement, fingerprint, fields
    case changedBy = "changed_by"
    case changeTime = "change_time"
  }

  init(_ change: OnboardingChange, of client: BureauPlan.Client) {
    switch change {
    case .createCompany: kind = "create_company"
    case .updateCompany(let names):
      kind = "update_company"
      fields = names
    case .createUser(let key):
      kind = "create_user"
      person = key
    case .updateUser(let key, let id, let names):
      kind = "update_user"
      person = key
      user = id.hex
      fields = names
    case .assignRole(let role):
      kind = "give_role"
      person = role.person
      self.role = role.role.fileName
    case .removeRole(let removal):
      kind = "take_role"
      user = removal.user.hex
      person = client.people.first { $0.user == removal.user }?.key
      role = removal.role.fileName
    case .createAgreement(let number, let wanted):
      kind = "create_agreement"
      account = number.typed
      let wish = client.file.company.agreements.first {
        $0.account == number && $0.kind == wanted
      }
      bank = wish?.bank
      signer = wish?.signer
    case .sendAgreement(let id, let number):
      kind = "send_agreement"
      account = number.typed
      agreement = id.hex
    case .setPolicy(let names):
      kind = "set_policy"
      fields = names
    case .createSigningKey(let name):
      kind = "create_signing_key"
      fingerprint = name
    case .inviteConsent(let wish):
      kind = "invite_consent"
      person = wish.person
      bank = wish.bank
    case .setReminders(let names):
      kind = "set_reminders"
      fields = names
    }
  }

  /// `+ role approver of kari.nordmann`
  var text: String {
    let fields = (fields ?? []).joined(separator: ", ")
    let who = person ?? user ?? ""
    return switch kind {
    case "create_company": "+ company"
    case "update_company": "~ company: \(fields)"
    case "create_user": "+ user \(who)"
    case "update_user": "~ user \(who): \(fields)"
    case "give_role": "+ role \(role ?? "") for \(who)"
    case "take_role": "- role \(role ?? "") of \(who)"
    case "create_agreement":
      "+ agreement \(bank ?? "") \(account ?? ""), sent to \(signer ?? "")"
    case "set_policy": "~ policy: \(fields)"
    case "create_signing_key": "+ signing key \(fingerprint ?? "")"
    case "invite_consent": "> link to consent \(bank ?? "") for \(who)"
    case "set_reminders": "~ reminder settings: \(fields)"
    default: "> agreement \(account ?? "") is sent to its signer"
    }
  }

  /// The same as what somebody has done by hand since.
  var driftText: String {
    let by = changedBy.map { " – \($0), \(changeTime ?? "")" } ?? ""
    return whatDrifted + by
  }

  private var whatDrifted: String {
    let fields = (fields ?? []).joined(separator: ", ")
    let who = person ?? user ?? ""
    return switch kind {
    case "create_company": "the company is gone"
    case "update_company": "the company was changed: \(fields)"
    case "create_user": "\(who) is no user"
    case "update_user": "\(who) was changed: \(fields)"
    case "give_role": "\(who) has lost the role \(role ?? "")"
    case "take_role": "\(who) was given the role \(role ?? "")"
    case "create_agreement": "the agreement \(account ?? "") is gone or terminated"
    case "set_policy": "the policy was changed: \(fields)"
    case "create_signing_key": "the signing key \(fingerprint ?? "") is missing"
    case "set_reminders": "the reminder settings were changed: \(fields)"
    default: "the agreement \(account ?? "") was not sent"
    }
  }
}

struct ShownClient: Encodable {
  let name: String
  let organisationNumber: String
  let company: String?
  let drift: Bool
  var changes: [ShownChange]
  /// Of drift: what an application cannot mend.
  var obstacles: [ShownObstacle]?

  init(_ client: BureauPlan.Client) {
    name = client.file.company.displayName
    organisationNumber = client.file.company.organisationNumber.digits
    company = client.company?.hex
    drift = client.isDrift
    changes = client.steps.changes.map { ShownChange($0, of: client) }
  }

  private enum CodingKeys: String, CodingKey {
    case name, company, drift, changes, obstacles
    case organisationNumber = "organisation_number"
  }

  var title: String { "\(name) (\(organisationNumber))" }
}

struct ShownPlan: Encodable {
  let clients: [ShownClient]
  let findings: [ShownFinding]
  let summary: PlanSummary
  /// Companies that the file does not name, by organisation number.
  let unlisted: [String]

  init(_ plan: BureauPlan, file: String) {
    clients = plan.changed.map { ShownClient($0) }
    findings = plan.findings.map { ShownFinding($0, in: file) }
    summary = PlanSummary(plan)
    unlisted = plan.unlisted.map(\.organisationNumber.digits)
  }

  var text: String {
    var text = ""
    for client in clients {
      text += (client.company == nil ? "+ " : "~ ") + client.title.printable + "\n"
      for change in client.changes { text += "    \(change.text.printable)\n" }
    }
    return text
  }
}

struct PlanSummary: Encodable {
  var clientsCreated = 0
  var clientsChanged = 0
  var clientsUnchanged = 0
  var usersCreated = 0
  var rolesGiven = 0
  var rolesTaken = 0
  var agreementsSent = 0
  var policiesSet = 0
  var signingKeysCreated = 0
  var consentsInvited = 0
  var remindersSet = 0

  init(_ plan: BureauPlan) {
    var users: Set<String> = []
    for client in plan.clients {
      if client.steps.changes.isEmpty {
        clientsUnchanged += 1
      } else if client.company == nil {
        clientsCreated += 1
      } else {
        clientsChanged += 1
      }
      for change in client.steps.changes {
        switch change {
        case .createUser(let person): users.insert(person)
        case .assignRole: rolesGiven += 1
        case .removeRole: rolesTaken += 1
        case .createAgreement, .sendAgreement: agreementsSent += 1
        case .setPolicy: policiesSet += 1
        case .createSigningKey: signingKeysCreated += 1
        case .inviteConsent: consentsInvited += 1
        case .setReminders: remindersSet += 1
        case .createCompany, .updateCompany, .updateUser: break
        }
      }
    }
    usersCreated = users.count
  }

  private enum CodingKeys: String, CodingKey {
    case clientsCreated = "clients_created"
    case clientsChanged = "clients_changed"
    case clientsUnchanged = "clients_unchanged"
    case usersCreated = "users_created"
    case rolesGiven = "roles_given"
    case rolesTaken = "roles_taken"
    case agreementsSent = "agreements_sent"
    case policiesSet = "policies_set"
    case signingKeysCreated = "signing_keys_created"
    case consentsInvited = "consents_invited"
    case remindersSet = "reminders_set"
  }

  var text: String {
    "\(clientsCreated) clients new, \(clientsChanged) to change, \(clientsUnchanged) as the file"
      + " says; \(usersCreated) new users, \(rolesGiven) roles given and \(rolesTaken) taken,"
      + " \(agreementsSent) agreements sent, \(policiesSet) policies set, \(signingKeysCreated) new"
      + " signing keys, \(remindersSet) reminder settings, \(consentsInvited) links to consents"
  }
}
