package import Domain
package import Engine
import Facts
package import Primitives
import SwiftProtobuf

extension Projection {
  func apply(_ fact: AgreementDrafted) throws {
    let new = fact.agreement
    try transaction.execute(
      """
      INSERT INTO main.agreement (bureau, company, id, kind, state, bank, account_form,
        account_text, currency, signer_name, signer_mobile, signer_email, signer_digest,
        create_time, number, declarations)
      VALUES (\(bureau), \(company), \(new.id), \(new.kind.rawValue), \(new.state.rawValue),
        \(new.bank), \(new.account.form.rawValue), \(new.account.text), \(new.currency.code),
        \(new.signer.displayName), \(new.signer.mobile), \(new.signer.email),
        \(new.signer.nationalIDDigest.bytes), \(new.createTime.microseconds), \(new.number),
        \(try new.declarations.message.serializedBytes() as [UInt8]))
      """)
  }

  func apply(_ fact: AgreementChanged) throws {
    try set(
      fact.agreement, .draft,
      """
      , signer_name = \(fact.signer.displayName), signer_mobile = \(fact.signer.mobile),
        signer_email = \(fact.signer.email),
        signer_digest = \(fact.signer.nationalIDDigest.bytes), link_hash = NULL,
        link_expire_time = NULL,
        declarations = \(try fact.declarations.message.serializedBytes() as [UInt8])
      """)
  }

  func apply(_ fact: AgreementSent) throws {
    try set(
      fact.agreement, .sentForSigning,
      """
      , link_hash = \(fact.linkHash), link_expire_time = \(fact.expireTime?.microseconds),
        note = NULL
      """)
  }

  func apply(_ fact: AgreementDeclined) throws {
    try set(fact.agreement, .draft, ", note = \(fact.reason), link_expire_time = NULL")
  }

  func apply(_ fact: AgreementLinkExpired) throws { try set(fact.agreement, .draft) }

  func apply(_ fact: AgreementSigned) throws {
    try set(
      fact.agreement, fact.awaitsActivation ? .signed : .active,
      ", sign_time = \(fact.signTime.microseconds), evidence = \(fact.evidenceDigest)")
  }

  func apply(_ fact: AgreementHeldForReview) throws {
    try set(
      fact.agreement, .manualReview,
      ", review = \(try fact.message.serializedBytes() as [UInt8]), review_decided_by = NULL")
  }

  func apply(_ fact: AgreementApproved) throws {
    // What became of it, the next fact of the same command says.
    try set(fact.agreement, nil, ", review_decided_by = \(fact.by), note = \(fact.note)")
  }

  func apply(_ fact: AgreementRejected) throws {
    try set(
      fact.agreement, .rejected, ", review_decided_by = \(fact.by), note = \(fact.reason)")
  }

  func apply(_ fact: ConnectionChecked) throws {
    try set(
      fact.agreement, nil,
      ", connection_check = \(try fact.message.serializedBytes() as [UInt8])")
  }

  func apply(_ fact: AgreementActivated) throws {
    try set(fact.agreement, .active, ", note = NULL")
  }

  func apply(_ fact: AgreementNotActivated) throws {
    try set(fact.agreement, .savedNotActivated, ", note = \(fact.reason)")
  }

  func apply(_ fact: AgreementTerminated) throws {
    try set(
      fact.agreement, .terminated,
      ", note = \(fact.reason), terminate_time = \(fact.terminateTime.microseconds)")
  }

  func apply(_ fact: AgreementStepRecorded) throws {
    let change: SQL =
      switch fact.step {
      case .applicationSent, .applicationConfirmed:
        ", application = \(try fact.message.serializedBytes() as [UInt8])"
      case .settingsReviewed: ", settings_time = \(fact.recordTime.microseconds)"
      case .accountingSetUp: ", accounting_time = \(fact.recordTime.microseconds)"
      case .conversionAgreed: ", conversion_date = \(fact.date.iso), note = \(fact.note)"
      case .returnDataFetched: ", return_data_date = \(fact.date.iso)"
      }
    try set(fact.agreement, nil, change)
  }

  func apply(_ fact: AgreementConverted) throws {
    try set(
      fact.agreement, .active,
      """
      , start_date = \(fact.startDate.iso), conversion_time = \(fact.convertTime.microseconds),
        note = NULL
      """)
  }

  /// nil: the state stays.
  private func set(_ agreement: ID<Agreement>, _ state: AgreementState?, _ more: SQL = "") throws {
    let first: SQL = state.map { "state = \($0.rawValue)" } ?? "state = state"
    try transaction.execute(
      """
      UPDATE main.agreement SET \(first)\(more)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(agreement)
      """)
  }
}

package enum AgreementTables {
  package static func load(_ id: ID<Agreement>, of place: Place, in tx: any Transaction) throws
    -> Agreement?
  {
    try select("AND id = \(id) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<Agreement>? = nil, limit: Int, in tx: any Transaction
  ) throws -> [Agreement] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, tx)
  }

  /// Those in use, of both kinds; a company has few.
  package static func active(of place: Place, in tx: any Transaction) throws -> [Agreement] {
    try select("AND state = \(AgreementState.active.rawValue) ORDER BY id LIMIT 200", place, tx)
  }

  /// Those that carry outgoing payments on `date`.
  package static func remitting(
    of place: Place, on date: CalendarDate, in tx: any Transaction
  ) throws -> [Agreement] {
    try active(of: place, in: tx).filter { $0.remits(on: date) }
  }

  /// Whether the account has an agreement of the kind that is not over.
  package static func isTaken(
    _ account: AccountNumber, _ kind: Agreement.Kind, of place: Place, in tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM agreement WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND account_form = \(account.form.rawValue) AND account_text = \(account.text)
        AND kind = \(kind.rawValue)
        AND state NOT IN (\(AgreementState.terminated.rawValue),
          \(AgreementState.rejected.rawValue))
      """, as: ID<Agreement>.self) != nil
  }

  private static let columns: SQL =
    """
    id, kind, state, bank, account_form, account_text, currency, signer_name, signer_mobile,
    signer_email, signer_digest, create_time, sign_time, link_hash, link_expire_time,
    declarations, number, start_date, note, review, review_decided_by, connection_check,
    application, settings_time, accounting_time, conversion_time, terminate_time,
    conversion_date, return_data_date
    """

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Agreement]
  {
    var found: [Agreement] = []
    try tx.query(
      """
      SELECT \(columns) FROM agreement
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """
    ) { row in
      var agreement = Agreement(
        id: try row.value(0), kind: try row.text(1).named(), state: try row.text(2).named(),
        bank: try row.text(3),
        account: try AccountNumber(stored: row.text(4).named(), text: row.text(5)),
        currency: try Currency(stored: row.text(6)),
        signer: Signer(
          displayName: try row.text(7), mobile: try row.text(8), email: try row.text(9),
          nationalIDDigest: NationalIDDigest(bytes: try row.blob(10))),
        createTime: try row.int(11).instant,
        signTime: try row.value(12, as: Int64?.self)?.instant,
        linkHash: try row.value(13, as: [UInt8]?.self))
      try fill(&agreement, row)
      found.append(agreement)
    }
    return found
  }

  private static func fill(_ agreement: inout Agreement, _ row: borrowing Row) throws {
    func time(_ column: Int, _ row: borrowing Row) throws -> Instant? {
      try row.value(column, as: Int64?.self)?.instant
    }
    agreement.linkExpireTime = try time(14, row)
    if let bytes = try row.value(15, as: [UInt8]?.self) {
      agreement.declarations = try Declarations(
        Bureau_Facts_V1_Declarations(serializedBytes: bytes))
    }
    agreement.number = try row.value(16)
    agreement.startDate = try row.value(17, as: String?.self)?.date()
    agreement.note = try row.value(18)
    if let bytes = try row.value(19, as: [UInt8]?.self) {
      var review = try AgreementHeldForReview(
        Bureau_Facts_V1_AgreementHeldForReview(serializedBytes: bytes)
      ).review
      review.decidedBy = try row.value(20)
      agreement.review = review
    }
    if let bytes = try row.value(21, as: [UInt8]?.self) {
      agreement.check = try ConnectionChecked(
        Bureau_Facts_V1_ConnectionChecked(serializedBytes: bytes)
      ).check
    }
    if let bytes = try row.value(22, as: [UInt8]?.self) {
      let step = try AgreementStepRecorded(
        Bureau_Facts_V1_AgreementStepRecorded(serializedBytes: bytes))
      agreement.application = BankApplication(
        state: step.step == .applicationSent ? .sent : .confirmed, date: step.date,
        note: step.note)
    }
    agreement.settingsReviewTime = try time(23, row)
    agreement.accountingTime = try time(24, row)
    agreement.conversionTime = try time(25, row)
    agreement.terminateTime = try time(26, row)
    agreement.conversionDate = try row.value(27, as: String?.self)?.date()
    agreement.returnDataDate = try row.value(28, as: String?.self)?.date()
  }
}
