import Domain
import Engine
import Primitives
import Storage

/// What each query over one place gives, as text: by the query's name.
enum EverythingQueried {
  static func byCompany(_ place: Place, _ tx: any Transaction) throws -> [String: String] {
    let (first, second) = (History.first, History.second)
    var all = try messages(of: place, tx)
    func note(_ name: String, _ value: some Any) { all[name] = "\(value)" }
    note("AgreementTables.load", try some(AgreementTables.load(key(20), of: place, in: tx)))
    note("AgreementTables.list", try AgreementTables.list(of: place, limit: 10, in: tx))
    note("AgreementTables.active", try AgreementTables.active(of: place, in: tx))
    note(
      "AgreementTables.isTaken",
      try flag(AgreementTables.isTaken(History.account, .remittance, of: place, in: tx)))
    note("Blobs.load", try some(Blobs.load(hash(50), of: place, in: tx)))
    note("ConsentTables.load", try some(ConsentTables.load(key(30), of: place, in: tx)))
    note("ConsentTables.list", try ConsentTables.list(of: place, limit: 10, in: tx))
    note("ConsentTables.own", try ConsentTables.own(key(10), of: place, in: tx))
    note(
      "Journal.entries", try Journal.entries(of: place, after: 0, limit: 100, in: tx).map(\.fact))
    note(
      "PaymentTables.load",
      try [first, second].compactMap {
        try PaymentTables.load($0, of: place, in: tx)
      })
    try noteSearch(place, tx, note)
    note("PaymentTables.signed", try PaymentTables.signed(of: place, limit: 10, in: tx))
    note(
      "PaymentTables.hasInvoice",
      try flag(
        PaymentTables.hasInvoice(of: "org:923609016", numbered: "42", of: place, in: tx)))
    note(
      "PaymentTables.hasOpenItems",
      try flag(
        PaymentTables.hasOpenItems(of: "org:923609016", besides: first, of: place, in: tx)))
    note("PostingTables.load", try some(PostingTables.load(key(80), of: place, in: tx)))
    note("PostingTables.list", try PostingTables.list(of: place, after: nil, limit: 10, in: tx))
    note("PostingTables.nextNumber", try flag(PostingTables.nextNumber(of: place, in: tx) != 1))
    let isRead = try StatementTables.isRead(hash(90), from: "dnb", of: place, in: tx)
    note("StatementTables.isRead", flag(isRead))
    note(
      "StatementTables.list",
      try StatementTables.list(of: place, for: .shown, after: nil, limit: 10, in: tx))
    note(
      "TransferTables.load", try some(TransferTables.load(key(50), of: place, for: .shown, in: tx)))
    note(
      "TransferTables.executionDate",
      try some(TransferTables.executionDate(of: key(50), at: place, in: tx)))
    note("TransferTables.list", try TransferTables.list(of: place, for: .shown, limit: 10, in: tx))
    note("TransferTables.ids", try Array(TransferTables.ids(of: place, in: tx)))
    note("HoldTables.isHeld", try flag(HoldTables.isHeld(place, in: tx)))
    let hold = try HoldTables.hold(of: place, in: tx)
    note("HoldTables.hold time", some(hold.holdTime))
    note("HoldTables.hold evidence", hold.evidence)
    note("HoldTables.hold unknown", hold.unknown)
    note("HoldTables.knownEvidence", try Array(HoldTables.knownEvidence(of: place, in: tx)))
    note("HoldTables.findings", try HoldTables.findings(of: place, in: tx).map(\.key))
    note(
      "HoldTables.unknownPayments barring",
      try HoldTables.unknownPayments(barring: place, in: tx))
    note(
      "HoldTables.unknownPayments listed",
      try HoldTables.unknownPayments(listedFor: place, in: tx).map(\.payment))
    try noteSealing(place, tx, note)
    try noteSalaries(place, tx, note)
    note("AuditTables.hash", try some(AuditTables.hash(of: 1, at: place, in: tx)))
    all.merge(try people(place, tx)) { $1 }
    let origin = Origin.example(place, request: "request-5", digest: hash(0))
    do { note("Requests.earlier", try some(Requests.earlier(origin, in: tx))) } catch {
      note("Requests.earlier", error)
    }
    return try all.merging(agreements(place, tx)) { $1 }
  }

  private static func noteSearch(
    _ place: Place, _ tx: any Transaction, _ note: (String, Any) -> Void
  ) throws {
    func filter(_ change: (inout PaymentFilter) -> Void) -> PaymentFilter {
      var filter = PaymentFilter()
      change(&filter)
      return filter
    }
    for (name, filter) in [
      ("all", filter { _ in }), ("states", filter { $0.states = [.posted, .acknowledged] }),
      ("account", filter { $0.creditorAccount = History.account.text }),
      ("text", filter { $0.pattern = "%elbolaget%" }), ("currency", filter { $0.currency = .nok }),
      (
        "amount",
        filter {
          $0.minimum = 1
          $0.maximum = 1_000_000
        }
      ),
      (
        "dates",
        filter {
          $0.earliestDueDate = day("2026-01-01")
          $0.latestDueDate = day("2026-12-31")
        }
      ), ("supplier", filter { $0.supplierKey = "org:923609016" }),
      ("transfer", filter { $0.transfer = key(50) }),
    ] {
      note(
        "PaymentTables.find \(name)",
        try PaymentTables.find(filter, of: place, after: nil, limit: 10, in: tx))
      note(
        "PaymentTables.count \(name)",
        try PaymentTables.count(filter, of: place, in: tx).map { "\($0.key) \($0.value)" }.sorted())
    }
    note(
      "PaymentHistoryTables.entries",
      try PaymentHistoryTables.entries(
        about: History.first, of: place, after: 0, limit: 100, in: tx))
  }

  private static func noteSalaries(
    _ place: Place, _ tx: any Transaction, _ note: (String, Any) -> Void
  ) throws {
    let (batch, salary) = (History.salaryBatch, History.salary)
    note("SalaryTables.load", try some(SalaryTables.load(batch, of: place, in: tx)))
    note("SalaryTables.list", try SalaryTables.list(of: place, after: nil, limit: 9, in: tx))
    let known = try SalaryTables.list(of: place, after: nil, limit: 9, in: tx).count
    note(
      "SalaryTables.counts",
      try SalaryTables.counts(of: batch, at: place, in: tx).map { "\($0.key) \($0.value)" })
    note("SalaryTables.hasAny", try flag(SalaryTables.hasAny(at: place, in: tx)))
    note(
      "SalaryTables.salaries",
      try Array(SalaryTables.salaries(among: [salary, History.first], of: place, in: tx)))
    note(
      "PaymentTables.load salary",
      try some(PaymentTables.load(salary, of: place, for: .shown, in: tx)))
    note(
      "AutomaticPostingTables.mode",
      try flag(
        AutomaticPostingTables.mode(of: History.agreementID, at: place, in: tx) != .off))
    note(
      "AutomaticPostingTables.bundles",
      try AutomaticPostingTables.bundles(of: History.agreementID, at: place, in: tx))
    note(
      "AutomaticPostingTables.booked",
      try AutomaticPostingTables.booked(of: key(53), at: place, in: tx))
    note(
      "AutomaticPostingTables.document",
      try some(
        PaymentTables.load(History.first, of: place, for: .shown, in: tx).flatMap {
          try AutomaticPostingTables.document(of: $0, at: place, in: tx)
        }))
    note(
      "SalaryTables.known",
      try known == 0
        ? []
        : (0...255).compactMap { try SalaryTables.known(hash($0), of: place, in: tx) })
  }

  private static func noteSealing(
    _ place: Place, _ tx: any Transaction, _ note: (String, Any) -> Void
  ) throws {
    note("SigningKeyTables.load", try some(SigningKeyTables.load(key(95), of: place, in: tx)))
    note(
      "SigningKeyTables.list", try SigningKeyTables.list(of: place, after: nil, limit: 9, in: tx))
    note("SigningKeyTables.all", try SigningKeyTables.all(of: place, in: tx))
    note("PolicyTables.inForce", try flag(PolicyTables.inForce(at: place, in: tx).revision > 0))
    note(
      "PolicyTables.approvals",
      try PolicyTables.approvals(of: key(40), at: place, in: tx).signatures)
    let day = try PolicyTables.signedDay(of: monday, at: place, in: tx)
    note("PolicyTables.signedDay", day.totals.isEmpty ? [] : ["\(day)"])
    note("SubmissionTables.load", try some(SubmissionTables.load("B-1", of: place, in: tx)))
  }

  private static func messages(of place: Place, _ tx: any Transaction) throws -> [String: String] {
    let found = try MessageTables.load(key(70), openedBy: exampleBox, of: place, in: tx)
    return ["MessageTables.load": "\(some(found))"]
  }

  private static func people(_ place: Place, _ tx: any Transaction) throws -> [String: String] {
    var all: [String: String] = [:]
    func note(_ name: String, _ value: some Any) { all[name] = "\(value)" }
    note(
      "PhoneTables.bankSigning",
      try some(PhoneTables.bankSigning(of: key(10), at: place, in: tx)))
    note(
      "PhoneTables.bankSignings",
      try PhoneTables.bankSignings(of: place, limit: 10, in: tx).map(\.number))
    let supplier = Supplier.id(of: History.supplierKey, in: place.company)
    note("SupplierTables.load", try some(SupplierTables.load(supplier, of: place, in: tx)))
    note(
      "SupplierTables.list",
      try SupplierTables.list(of: place, accounts: nil, after: nil, limit: 10, in: tx))
    note(
      "SupplierTables.list by state",
      try SupplierTables.list(of: place, accounts: .rejected, after: nil, limit: 10, in: tx))
    note(
      "SupplierTables.account",
      try some(
        SupplierTables.account(
          SupplierAccount.id(of: History.supplierKey, History.account, in: place.company),
          of: place, in: tx)))
    let standing = try SupplierTables.standing(
      of: History.supplierKey, History.account, at: place, in: tx)
    note("SupplierTables.standing", flag(standing != .unregistered))
    note(
      "SupplierTables.entries",
      try SupplierTables.entries(about: supplier, of: place, after: 0, limit: 10, in: tx))
    var twin = try PaymentTables.load(History.second, of: place, in: tx)
    twin?.id = key(199)
    twin?.createTime = monday.adding(days: 60)
    note(
      "DuplicateTables.found",
      try twin.map { try DuplicateTables.found(for: $0, at: place, in: tx) } ?? [])
    note("OpenItemTables.load", try some(OpenItemTables.load(key(170), of: place, in: tx)))
    note(
      "OpenItemTables.list",
      try OpenItemTables.list(of: place, isOpen: true, after: nil, limit: 10, in: tx))
    note("OpenItemTables.linked", try OpenItemTables.linked(to: History.second, of: place, in: tx))
    note(
      "OpenItemTables.open", try OpenItemTables.open(of: History.supplierKey, at: place, in: tx))
    note(
      "OpenItemTables.known",
      try some(
        OpenItemTables.known(
          .creditNote, of: History.supplierKey, numbered: "k-170", at: place, in: tx)))
    note("EmployeeTables.chosen", try some(EmployeeTables.chosen(for: place, in: tx)))
    note("TenancyTables.remains", try flag(TenancyTables.remains(of: place, in: tx).isHeld))
    return all
  }

  static func byBureau(_ place: Place, _ tx: any Transaction) throws -> [String: String] {
    let bureau = place.bureau
    var all: [String: String] = [:]
    func note(_ name: String, _ value: some Any) { all[name] = "\(value)" }
    note(
      "SigningCodeTables.load", try some(SigningCodeTables.load(for: key(72), of: bureau, in: tx)))
    note("SigningCodeTables.all", try SigningCodeTables.all(of: key(10), in: bureau, tx))
    note("TenancyTables.bureau", try some(TenancyTables.bureau(bureau, in: tx)))
    note("TenancyTables.company", try some(TenancyTables.company(place, in: tx)))
    note("TenancyTables.user", try some(TenancyTables.user(key(10), of: bureau, in: tx)))
    let digest = NationalIDDigest(bytes: hash(10))
    note(
      "TenancyTables.user by digest", try some(TenancyTables.user(with: digest, of: bureau, in: tx))
    )
    note("TenancyTables.users", try TenancyTables.users(of: bureau, after: nil, limit: 10, in: tx))
    note(
      "TenancyTables.companies",
      try TenancyTables.companies(of: bureau, visibleTo: key(10), after: nil, limit: 10, in: tx))
    note("TenancyTables.role", try some(TenancyTables.role(key(60), of: bureau, in: tx)))
    note("TenancyTables.roles of a user", try TenancyTables.roles(of: key(10), in: bureau, tx))
    note("TenancyTables.roles", try TenancyTables.roles(of: bureau, after: nil, limit: 10, in: tx))
    note("TokenTables.load", try some(TokenTables.load(key(63), of: bureau, in: tx)))
    note(
      "TokenTables.list",
      try TokenTables.list(of: bureau, user: nil, liveAt: nil, after: nil, limit: 10, in: tx))
    note(
      "TenancyTables.companyState",
      try some(
        TenancyTables.companyState(
          numbered: History().theCompany.organisationNumber, of: bureau, in: tx)))
    note(
      "TenancyTables.companies found",
      try TenancyTables.companies(
        of: bureau, visibleTo: key(10), like: "%company%", after: nil, limit: 10, in: tx))
    note(
      "TenancyTables.visible",
      try some(TenancyTables.visible(place.company, of: bureau, to: key(10), in: tx)))
    note(
      "TenancyTables.users found",
      try TenancyTables.users(of: bureau, like: "%gone%", after: nil, limit: 10, in: tx))
    note(
      "TenancyTables.roles found",
      try TenancyTables.roles(of: bureau, like: "%alex%", after: nil, limit: 10, in: tx))
    note(
      "TenancyTables.hasAdministrator",
      try flag(TenancyTables.hasAdministrator(besides: key(13), of: bureau, in: tx)))
    note(
      "Standing.read",
      try roles(
        Standing.read(
          of: key(10), calling: "bureau.v1.PaymentService/AcknowledgePayment", at: place, in: tx)))
    note(
      "OrderTables.load",
      try some(OrderTables.load(key(71), openedBy: exampleBox, of: bureau, in: tx)))
    note("OnboardingTables.roles", try OnboardingTables.roles(in: place, tx))
    note("OnboardingTables.applied", try some(OnboardingTables.applied(to: place, in: tx)))
    note(
      "TenancyTables.companies, all",
      try TenancyTables.companies(of: bureau, after: nil, limit: 10, in: tx))
    note("HoldTables.places", try HoldTables.places(of: bureau, limit: 10, in: tx))
    note("AuditTables.heads", try AuditTables.heads(of: bureau, in: tx))
    return try all.merging(standing(place, tx)) { $1 }
  }

  /// What a bureau has ordered, and who stands for what in it.
  private static func standing(_ place: Place, _ tx: any Transaction) throws -> [String: String] {
    let bureau = place.bureau
    var all: [String: String] = [:]
    func note(_ name: String, _ value: some Any) { all[name] = "\(value)" }
    note("LicenceTables.load", try some(LicenceTables.load(of: bureau, in: tx)))
    note("LicenceTables.packages", try LicenceTables.packages(at: place, in: tx).bureau)
    note(
      "LicenceTables.packages of a company",
      try LicenceTables.packages(at: place, in: tx).company ?? [])
    note("TenancyTables.administrators", try TenancyTables.administrators(of: bureau, in: tx))
    note("PhoneTables.phone", try some(PhoneTables.phone(of: key(10), in: bureau, tx)))
    note(
      "EmployeeTables.serviceUser",
      try some(EmployeeTables.serviceUser(of: key(10), in: bureau, tx)))
    note("EmployeeTables.holder", try some(EmployeeTables.holder(of: key(12), in: bureau, tx)))
    note("EmployeeTables.entitled", try EmployeeTables.entitled(to: place, in: tx))
    note("AccessCellTables.all", try AccessCellTables.all(of: bureau, in: tx).keys.sorted())
    return all
  }

  /// What a query gives that found nothing.
  static let nothing: Set<String> = ["[]"]

  private static func roles(_ standing: Standing) -> [Role] {
    standing.bureauRoles.sorted() + standing.companyRoles.sorted()
  }
  static func some(_ value: (some Any)?) -> [Any] { value.map { [$0] } ?? [] }
  static func flag(_ value: Bool) -> [Bool] { value ? [true] : [] }
}
