import Domain
import Engine
import Primitives
import Storage

extension History {
  static let secondAgreement: ID<Agreement> = key(21)

  var declarations: Declarations {
    Declarations(
      politicallyExposed: true,
      countries: [.no, .se], financing: [.loans], industry: "Workshop \(mark)",
      persons: [
        .init(role: .owner, displayName: "Owner \(mark)"),
        .init(role: .auditor, displayName: "Auditor \(mark)"),
      ])
  }

  private func steps(of id: ID<Agreement>) -> [[Fact]] {
    AgreementStep.allCases.map { step in
      [
        .agreementStepRecorded(
          AgreementStepRecorded(
            agreement: id, step: step, date: day("2026-03-02"), note: "Case \(mark)",
            recordTime: monday))
      ]
    }
  }

  /// A second agreement through all that can happen to one.
  var agreementLife: [[Fact]] {
    let id = Self.secondAgreement
    var drafted = agreement
    drafted.id = id
    drafted.kind = .incoming
    (drafted.state, drafted.signTime, drafted.linkHash) = (.draft, nil, nil)
    drafted.declarations = declarations
    drafted.number = "OLD-\(mark)"
    drafted.state = .legacyActive
    let signer = Signer(
      displayName: "Other \(mark)", mobile: "+4790000002", email: "other@example.com",
      nationalIDDigest: NationalIDDigest(bytes: hash(11)))
    func sent(_ link: UInt8) -> Fact {
      .agreementSent(
        AgreementSent(agreement: id, linkHash: hash(link), expireTime: monday.adding(days: 14)))
    }
    func checked(_ finding: ConnectionFinding) -> Fact {
      .connectionChecked(
        ConnectionChecked(
          agreement: id, check: ConnectionCheck(finding: finding, time: monday)))
    }
    let review = AgreementReview(
      reasons: [.politicallyExposed, .other("sanctions_list \(mark)")], startTime: monday,
      expectedDate: day("2026-03-04"))
    return [
      [.agreementDrafted(AgreementDrafted(agreement: drafted))],
      [sent(4)],
      [.agreementDeclined(AgreementDeclined(agreement: id, reason: "Not me \(mark)"))],
      [
        .agreementChanged(
          AgreementChanged(agreement: id, signer: signer, declarations: declarations))
      ],
      [sent(5)],
      [.agreementLinkExpired(AgreementLinkExpired(agreement: id))],
      [sent(6)],
      [
        .agreementSigned(
          AgreementSigned(
            agreement: id, signTime: monday, evidenceDigest: hash(9), awaitsActivation: true))
      ],
      [.agreementHeldForReview(AgreementHeldForReview(agreement: id, review: review))],
      [
        .agreementApproved(
          AgreementApproved(agreement: id, by: "operator \(mark)", note: "Known")),
        checked(.failed(.gatewayMissing, "No folder \(mark)")),
        .agreementNotActivated(
          AgreementNotActivated(agreement: id, reason: "the gateway is missing \(mark)")),
      ],
      [checked(.ok), .agreementActivated(AgreementActivated(agreement: id))],
    ] + steps(of: id) + [
      [
        .agreementConverted(
          AgreementConverted(
            agreement: id, startDate: day("2026-04-01"), convertTime: monday))
      ],
      [
        .agreementTerminated(
          AgreementTerminated(agreement: id, reason: "Sold \(mark)", terminateTime: monday))
      ],
      [.agreementRejected(AgreementRejected(agreement: id, by: "partner", reason: "No \(mark)"))],
      [.consentInvited(ConsentInvited(invitation: invitation(31)))],
      [.consentInvited(ConsentInvited(invitation: invitation(32)))],
      [.consentInvited(ConsentInvited(invitation: invitation(33)))],
      [.consentDeclined(ConsentDeclined(invitation: key(33), reason: "No \(mark)"))],
    ]
  }
}

extension EverythingQueried {
  static func agreements(_ place: Place, _ tx: any Transaction) throws -> [String: String] {
    var all: [String: String] = [:]
    func note(_ name: String, _ value: some Any) { all[name] = "\(value)" }
    note(
      "AgreementTables.remitting",
      try AgreementTables.remitting(of: place, on: day("2026-03-02"), in: tx))
    note("InvitationTables.load", try some(InvitationTables.load(key(31), of: place, in: tx)))
    note("InvitationTables.list", try InvitationTables.list(of: place, limit: 10, in: tx))
    return all
  }
}
