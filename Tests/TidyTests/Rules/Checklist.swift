// The trade's rules in a line each (roles-and-flows §3), and why one has no test of its own.
// docs/rules.md is written from this and from the tests.

/// One rule of the checklist.
struct Rule {
  /// Why no test names the rule.
  enum Gap {
    /// Where a thing is found on the screens of other products, or how they are installed.
    case label(String)
    /// Works only with a live channel of a bank.
    case waitsForBanks(String)
    /// Not built yet: the capability it comes with.
    case notBuilt(String)

    var text: String {
      switch self {
      case .label(let why): "label: \(why)"
      case .waitsForBanks(let why): "waiting: banks (\(why))"
      case .notBuilt(let what): "not built yet: \(what)"
      }
    }
  }

  let id: String
  let text: String
  let gap: Gap?

  init(_ id: String, _ text: String, _ gap: Gap? = nil) {
    self.id = id
    self.text = text
    self.gap = gap
  }

  /// `A-09` → `A`.
  var group: Character { id.first ?? "?" }
}

enum Checklist {
  static let groups: [(mark: Character, title: String)] = [
    ("A", "Agreements"), ("V", "Moving from an old agreement"), ("X", "Connection check"),
    ("C", "Consent"), ("R", "Manual review"), ("Y", "Price of bank data"),
    ("O", "Ordering, licence, installation"), ("U", "Companies, users, roles"),
    ("K", "Signing key"), ("P", "Payment Proposal"), ("L", "Payment List"), ("S", "SMS signing"),
    ("D", "Due List and transfer"), ("F", "Processing"), ("E", "Error"),
    ("B", "Paid and posting"), ("Q", "Search"), ("I", "Incoming payments"),
    ("M", "Reminders and collection"), ("N", "Where things are found"),
  ]

  static let rules = agreements + access + payments + receivables + labels

  private static let agreements = [
    Rule("A-01", "The connection to the banks is direct.", .waitsForBanks("PSD2 channels")),
    Rule("A-02", "One company can connect several banks at the same time."),
    Rule("A-03", "The business must own the account."),
    Rule("A-04", "A private account is refused."),
    Rule("A-05", "Ordinary and salary payments can be sent."),
    Rule("A-06", "Set-up is wholly electronic."),
    Rule(
      "A-07", "Set-up is meant to take less than five minutes.", .label("a promise, not a rule")),
    Rule("A-08", "The accountant registers the agreement and sends it to the customer."),
    Rule("A-09", "Whoever fills in the form names the signer's mobile and e-mail."),
    Rule("A-10", "The named person signs with BankID."),
    Rule("A-11", "Signed, the agreement is live, unless held for review."),
    Rule("A-12", "Live: the bank balance is seen.", .waitsForBanks("balances")),
    Rule("A-13", "Live: payouts are approved in a place of their own."),
    Rule("A-14", "Live: an invoice is posted and paid in one go."),
    Rule("A-15", "Live: all bank transactions come in.", .waitsForBanks("transactions")),
    Rule("A-16", "The agreement is signed once per company, not per user."),
    Rule(
      "A-17", "An agreement is applied for at the bank, after it was made here."),
    Rule("A-18", "One agreement per bank account."),
    Rule("A-19", "Files pass between system and bank under an agreement only."),
    Rule("A-20", "The supported banks are a list that grows."),
    Rule("A-21", "Some banks demand the final signature in their own internet bank."),
    Rule(
      "A-22", "On activation all settings are gone through."),
    Rule("A-23", "Agreements must exist before accounting uses them."),
    Rule("A-24", "A new agreement names its bank and data."),
    Rule("A-25", "Only roles that allow it create or change agreements."),
    Rule("A-26", "It is shown which company is active."),
    Rule(
      "A-27", "The agreement is also set up on the client in accounting."),
    Rule("A-28", "Paying needs a remittance agreement, KID an incoming one."),
    Rule(
      "A-29", "Agreements held with the bank can be moved here; the bank is contacted."),
    Rule(
      "A-30", "The bank's forms are filled in and sent before client set-up."),
    Rule("V-01", "Payments move both ways by themselves.", .waitsForBanks("channels")),
    Rule("V-02", "Payment data go to the right bank.", .waitsForBanks("channels")),
    Rule("V-03", "Changes of state come back by themselves.", .waitsForBanks("channels")),
    Rule("V-04", "Paid items form a bundle for posting.", .waitsForBanks("channels")),
    Rule("V-05", "Nothing due after the change-over by the old way.", .waitsForBanks("channels")),
    Rule("V-06", "No return data on the old agreement after it.", .waitsForBanks("channels")),
    Rule("V-10", "An old agreement can be converted."),
    Rule("V-11", "The converted agreement keeps its number."),
    Rule("V-12", "The time of conversion is agreed with the bank."),
    Rule("V-13", "No conversion while return data are outstanding."),
    Rule(
      "V-14", "After conversion no files downloaded by hand are read.",
      .label("no file is read by hand, before or after")),
    Rule("X-01", "A check on demand tells whether set-up and communication work."),
    Rule("X-02", "The check runs when an agreement is first saved."),
    Rule("X-03", "If it fails, the agreement is saved but not activated."),
    Rule("C-01", "Everyone who will use the integration consents with BankID."),
    Rule("C-02", "Consent proves the user's rights in the online bank."),
    Rule("C-03", "An accountant without rights to approve gives no consent."),
    Rule("C-04", "Bank data are fetched only under at least one active consent."),
    Rule("C-05", "The consent mark is green only for those who gave it."),
    Rule("C-06", "The integration mark is green for all users of the company."),
    Rule("C-07", "Accountant and director: one green mark for both, one for the director."),
    Rule("R-01", "The partner holds some agreements for review by hand."),
    Rule("R-02", "The customer has done everything right and only waits."),
    Rule("R-03", "It usually takes a couple of working days."),
    Rule("R-04", "Reason: random check."),
    Rule("R-05", "Reason: newly started company."),
    Rule("R-06", "Reason: politically exposed person."),
    Rule("R-07", "Reason: how the company is financed."),
    Rule("R-08", "Reason: countries it pays to."),
    Rule("R-09", "Reason: industry."),
    Rule("R-10", "Reason: persons linked to the company."),
    Rule("R-11", "The list of reasons is open."),
    Rule("Y-01", "Bank data may reach back before activation.", .waitsForBanks("transactions")),
    Rule("Y-02", "Only later transactions are charged.", .waitsForBanks("transactions")),
  ]

  private static let access = [
    Rule("O-01", "Without the package there is no access to the module."),
    Rule("O-02", "The accesses inside the module are chosen there."),
    Rule("O-03", "Before start: order, licence, the customer administrator's details."),
    Rule("O-04", "Where the terms are signed already, the licence registers itself."),
    Rule("O-05", "A first order names customer number, e-mail and administrator."),
    Rule("O-06", "That person accepts the terms of service."),
    Rule("O-07", "Remitting also needs the remittance licence."),
    Rule("O-08", "The licence is activated on the bureau too."),
    Rule(
      "O-09", "Gateway and message service are installed once.", .label("parts of one server here")),
    Rule("O-10", "The installations ask for a customer administrator."),
    Rule("O-11", "They may be in place already.", .label("parts of one server here")),
    Rule("O-12", "The order of client set-up."),
    Rule("U-01", "The bureau has a customer administrator."),
    Rule("U-02", "The customer administrator makes companies, users, roles and access."),
    Rule("U-03", "A company needs number, name, address, postal code and town."),
    Rule("U-04", "Automatic creation also activates the message service."),
    Rule("U-05", "An existing company is activated by hand."),
    Rule("U-06", "Manual creation is the customer administrator's."),
    Rule("U-07", "Manual activation switches the service on."),
    Rule("U-08", "Users are made by the customer administrator."),
    Rule("U-09", "Roles are given per company, one or more."),
    Rule("U-10", "The access list is narrowed by search."),
    Rule("U-11", "The service user needs access and a role for files."),
    Rule("U-12", "The service username belongs to one employee."),
    Rule("U-13", "It is entered at the first client only."),
    Rule("U-14", "It can be changed in the employee register."),
    Rule("U-15", "A company may name the employee of automatic updates."),
    Rule("U-16", "If blank, one with rights is chosen, always the same."),
    Rule("K-01", "One signing key per company."),
    Rule("K-02", "The key is shown with the company."),
    Rule("K-03", "Companies are found by name or organisation number."),
    Rule("K-04", "The key can be copied into the accounting system."),
    Rule("K-05", "A new key stops the old one."),
  ]

  private static let payments = [
    Rule("P-01", "The proposal collects open records by itself."),
    Rule("P-02", "Open is what no counter posting is linked to."),
    Rule("P-03", "Complete: account, positive amount and reference are there."),
    Rule("P-04", "Each payment shows voucher, invoice, amount, reference, due date."),
    Rule("P-05", "Complete, but the supplier has other open records."),
    Rule("P-06", "Such records can be linked before approval."),
    Rule("P-07", "Incomplete: what is missing is named and filled in."),
    Rule("P-08", "Accept moves it to the Payment List."),
    Rule("P-09", "Sign moves it to the Due List."),
    Rule("P-10", "Acknowledge is an optional extra step."),
    Rule("P-11", "Signing from the proposal needs well-formed data, no approval before."),
    Rule("P-12", "Delete removes it from proposal and module."),
    Rule("P-13", "A deleted payment returns by Add to Bank."),
    Rule("L-01", "The list holds all that was approved."),
    Rule("L-02", "Sign moves it to the Due List."),
    Rule("L-03", "Delete removes it; it is restored to the proposal."),
    Rule("S-01", "Two things must be in place for SMS, or signing fails with a message."),
    Rule("S-02", "The number stands in the company's bank signing."),
    Rule("S-03", "That setting needs administration access."),
    Rule("S-04", "The number stands, confirmed, in the user's profile."),
    Rule("S-05", "An unconfirmed number can be sent its confirmation again."),
    Rule("S-06", "Both numbers are the same; the message says which condition fails."),
    Rule("D-01", "Signed payments wait in the Due List."),
    Rule("D-02", "Transfer time is one of five settings."),
    Rule("D-03", "Immediate: about one minute, then Processing."),
    Rule("D-04", "On due date: it stays until then."),
    Rule("D-05", "Transferred is processing."),
    Rule("F-01", "Processing shows what waits for a return file."),
    Rule("F-02", "The return file moves each payment to Error or Paid."),
    Rule("E-01", "Failed payments land in Error with their reason."),
    Rule("E-02", "They can be corrected and signed again."),
    Rule("E-03", "No answer: the online bank is looked into before anything else."),
    Rule("B-01", "A positive return file sets it to Paid."),
    Rule("B-02", "Post updates accounts and ledger at once."),
    Rule("B-03", "One voucher number per payment by default."),
    Rule("B-04", "A bundle can be posted as one voucher."),
    Rule("Q-01", "Search by account, company, amount, date, state, currency."),
    Rule("Q-02", "A field is picked, then a value."),
    Rule("Q-03", "Fields narrow the result together."),
  ]

  private static let receivables =
    [
      ("I-01", "Invoicing with KID needs an incoming agreement."),
      ("I-02", "Incoming payments form a bundle by themselves."),
      ("I-03", "One invoices with KID as before."),
    ].map { Rule($0.0, $0.1, .notBuilt("incoming payments")) }
    + [
      ("M-01", "Overdue invoices are watched and reminded."),
      ("M-02", "One reminder module at a time."),
      ("M-03", "First use starts an onboarding."),
      ("M-04", "It first shows information and price."),
      ("M-05", "The provider takes half of what the debtor pays."),
      ("M-06", "Without fees each reminder costs 5 kr."),
      ("M-07", "A warning by letter adds postage."),
      ("M-08", "Reminders and collection: automatic or manual, each by itself."),
      ("M-09", "Automatic: reminded, then transferred to collection."),
      ("M-10", "The first dispatch: after 11:00 today or tomorrow."),
      ("M-11", "Manual: the user marks and sends."),
      ("M-12", "Mixed is allowed."),
      ("M-13", "Steps are chosen for companies, then for persons."),
      ("M-14", "Allowed step lists."),
      ("M-15", "Fee level: mild, medium or strict."),
      ("M-16", "Levels follow the standard rates by date."),
      ("M-17", "Company information and VAT are confirmed."),
      ("M-18", "Collection is switched on by Yes, after agreement and prices."),
      ("M-19", "If not, the company is contacted at the first case."),
      ("M-20", "Terms and prices are also found in the menu."),
      ("M-21", "Phone and e-mail, or those of the invoice settings."),
      ("M-22", "Reminders can start from a given invoice."),
      ("M-23", "After onboarding reminders can be sent."),
    ].map { Rule($0.0, $0.1, .notBuilt("reminders and collection")) }

  /// Screen paths of the products the rules were taken from: kept as labels, not as law.
  private static let labels = [
    "Agreements", "Bank signing", "Phone confirmation", "Integrations", "Companies and users",
    "Signing key and agreements", "Check and convert", "Add to Bank",
  ].enumerated().map { place in
    Rule("N-0\(place.offset + 1)", "\(place.element).", .label("a screen path"))
  }
}
