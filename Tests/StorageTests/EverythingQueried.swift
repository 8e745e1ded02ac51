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
      try flag(AgreementTables.isTaken(History.account, of: place, in: tx)))
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
    note(
      "PaymentTables.list",
      try PaymentTables.list(of: place, state: nil, after: nil, limit: 10, in: tx))
    note(
      "PaymentTables.list by state",
      try PaymentTables.list(of: place, state: .posted, after: nil, limit: 10, in: tx))
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
    note(
      "PostingTables.nextNumber", try flag(PostingTables.nextNumber(of: place, in: tx) != 1))
    note("StatementTables.isRead", try flag(StatementTables.isRead(hash(90), of: place, in: tx)))
    note("StatementTables.list", try StatementTables.list(of: place, after: nil, limit: 10, in: tx))
    note("TransferTables.load", try some(TransferTables.load(key(50), of: place, in: tx)))
    note(
      "TransferTables.executionDate",
      try some(TransferTables.executionDate(of: key(50), at: place, in: tx)))
    note("TransferTables.list", try TransferTables.list(of: place, limit: 10, in: tx))
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
    note("AuditTables.hash", try some(AuditTables.hash(of: 1, at: place, in: tx)))
    let origin = Origin.example(place, request: "request-5", digest: hash(0))
    do { note("Requests.earlier", try some(Requests.earlier(origin, in: tx))) } catch {
      note("Requests.earlier", error)
    }
    return all
  }

  private static func messages(of place: Place, _ tx: any Transaction) throws -> [String: String] {
    let found = try MessageTables.load(key(70), openedBy: exampleBox, of: place, in: tx)
    return ["MessageTables.load": "\(some(found))"]
  }

  static func byBureau(_ place: Place, _ tx: any Transaction) throws -> [String: String] {
    let bureau = place.bureau
    var all: [String: String] = [:]
    func note(_ name: String, _ value: some Any) { all[name] = "\(value)" }
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
    note("TenancyTables.token", try some(TenancyTables.token(key(63), of: bureau, in: tx)))
    note(
      "TenancyTables.hasCompany",
      try flag(
        TenancyTables.hasCompany(
          bureau, numbered: History().theCompany.organisationNumber, in: tx)))
    note(
      "OrderTables.load",
      try some(OrderTables.load(key(71), openedBy: exampleBox, of: bureau, in: tx)))
    note("HoldTables.places", try HoldTables.places(of: bureau, limit: 10, in: tx))
    note("AuditTables.heads", try AuditTables.heads(of: bureau, in: tx))
    return all
  }

  /// What a query gives that found nothing.
  static let nothing: Set<String> = ["[]"]

  private static func some(_ value: (some Any)?) -> [Any] { value.map { [$0] } ?? [] }
  private static func flag(_ value: Bool) -> [Bool] { value ? [true] : [] }
}
