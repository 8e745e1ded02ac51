import Domain
import Engine
import Primitives
import Storage

/// A little history with every kind of fact: of one bureau and one of its companies.
///
/// Ids are the same in each bureau and company, so that a leak between them is seen; what tells
/// them apart is `mark`, in names and texts.
struct History {
  var bureau: ID<Bureau> = key(1)
  var company: ID<Company> = key(2)
  var mark: UInt8 = 1
  /// Of the company: unique in its bureau.
  var organisationNumber = "988077917"

  struct Step {
    var place: Place
    var request: String
    var facts: [Fact]
    var time: Instant
  }

  var place: Place { Place(bureau: bureau, company: company) }
  var bureauPlace: Place { Place(bureau: bureau) }

  static let account = valid { () throws(IdentifierError) in
    try AccountNumber(form: .norwegian, text: "12345678903")
  }
  static let agreementID: ID<Agreement> = key(20)
  static let first: ID<Payment> = key(40)
  static let second: ID<Payment> = key(41)

  /// Appends all of it.
  func append(to database: some Database, withBureau: Bool = true) async throws {
    for step in (withBureau ? bureauSteps + newerBureauSteps : []) + companySteps {
      try await database.append(
        step.facts,
        by: .example(step.place, request: step.request, digest: hash(mark), at: step.time))
    }
  }

  var steps: [Step] { bureauSteps + newerBureauSteps + companySteps }

  // MARK: The bureau's own journal

  var theBureau: Bureau {
    Bureau(
      id: bureau, displayName: "Bureau \(mark)", organisationNumber: Self.number("923609016"),
      createTime: monday)
  }
  var theCompany: Company {
    Company(
      id: company, displayName: "Company \(mark)",
      organisationNumber: Self.number(organisationNumber), street: "Storgata 1",
      postalCode: "0155", town: "Oslo", createTime: monday)
  }
  var licence: Licence {
    Licence(
      customerNumber: "100\(mark)", administrator: person.id, administratorName: "Alex \(mark)",
      administratorEmail: "alex@example.com", packages: [.bank, .messages], orderTime: monday)
  }
  static func phone(_ text: String) -> PhoneNumber {
    valid { () throws(IdentifierError) in try PhoneNumber(text) }
  }
  /// Made by hand, changed and activated.
  var theSleeper: Company {
    Company(
      id: key(4), displayName: "Sleeper \(mark)", organisationNumber: Self.number("986252932"),
      street: "Storgata 2", postalCode: "0155", town: "Oslo", createTime: monday, state: .inactive)
  }
  var leaver: User {
    User(
      id: key(13), kind: .service, displayName: "Leaver \(mark)", email: "", nationalIDDigest: nil,
      createTime: monday)
  }
  var leaverToken: Token {
    Token(id: key(65), user: leaver.id, expireTime: monday.adding(days: 65))
  }
  var person: User {
    User(
      id: key(10), kind: .person, displayName: "Alex \(mark)", email: "alex@example.com",
      nationalIDDigest: NationalIDDigest(bytes: hash(10)), createTime: monday)
  }
  var robot: User {
    User(
      id: key(12), kind: .service, displayName: "ERP \(mark)", email: "", nationalIDDigest: nil,
      createTime: monday)
  }
  func role(_ number: UInt8, _ role: Role, in company: ID<Company>?) -> RoleAssignment {
    RoleAssignment(id: key(number), user: person.id, company: company, role: role)
  }
  func token(_ number: UInt8) -> Token {
    Token(id: key(number), user: robot.id, expireTime: monday.adding(days: Int(number)))
  }

  private static func number(_ text: String) -> OrganisationNumber {
    valid { () throws(IdentifierError) in try OrganisationNumber(text, country: .no) }
  }

  var bureauSteps: [Step] {
    let facts: [[Fact]] = [
      [
        .bureauCreated(BureauCreated(bureau: theBureau)),
        .userCreated(UserCreated(user: person)),
        .roleAssigned(RoleAssigned(assignment: role(60, .customerAdministrator, in: nil))),
      ],
      [.companyCreated(CompanyCreated(company: theCompany))],
      [
        .roleAssigned(RoleAssigned(assignment: role(61, .approver, in: company))),
        .roleAssigned(RoleAssigned(assignment: role(62, .reader, in: company))),
      ],
      [.roleRemoved(RoleRemoved(assignment: role(62, .reader, in: company)))],
      [.userCreated(UserCreated(user: robot))],
      [.tokenCreated(TokenCreated(token: token(63), secretHash: hash(100 + mark)))],
      [.tokenCreated(TokenCreated(token: token(64), secretHash: hash(150 + mark)))],
      [.tokenRevoked(TokenRevoked(token: token(64)))],
      [.sessionsEnded(SessionsEnded(user: person.id))],
      [.companyCreated(CompanyCreated(company: theSleeper))],
      [
        .companyUpdated(
          CompanyUpdated(
            company: theSleeper.id, displayName: "Sover & Våkner \(mark)", street: "Nygata 2",
            postalCode: "8006", town: "Bodø"))
      ],
      [
        .licenceOrdered(LicenceOrdered(licence: licence)),
        .termsAccepted(TermsAccepted(version: "2026-01", user: person.id)),
        .packagesChosen(
          PackagesChosen(company: nil, grants: [PackageGrant(.bank), PackageGrant(.messages)])),
      ],
      [
        .companyActivated(CompanyActivated(company: theSleeper.id)),
        .packagesChosen(
          PackagesChosen(
            company: theSleeper.id,
            grants: [PackageGrant(package: .bank, accesses: [.agreements, .payments])])),
      ],
      [.packagesChosen(PackagesChosen(company: company, grants: [PackageGrant(.bank)]))],
      [
        .accessCellSet(
          AccessCellSet(
            method: "bureau.v1.PaymentService/AcknowledgePayment", role: .accountant,
            isAllowed: mark.isMultiple(of: 2)))
      ],
      [.phoneEntered(PhoneEntered(user: person.id, number: Self.phone("+46701234567")))],
      [.phoneConfirmed(PhoneConfirmed(user: person.id, number: Self.phone("+46701234567")))],
      [.phoneEntered(PhoneEntered(user: key(15), number: Self.phone("+4790000002")))],
      [.serviceUserLinked(ServiceUserLinked(employee: person.id, serviceUser: robot.id))],
      [.serviceUserLinked(ServiceUserLinked(employee: key(15), serviceUser: key(16)))],
      [.serviceUserLinked(ServiceUserLinked(employee: key(15), serviceUser: nil))],
      [.userCreated(UserCreated(user: leaver))],
      [.tokenCreated(TokenCreated(token: leaverToken, secretHash: hash(200 + mark)))],
      [
        .userUpdated(
          UserUpdated(user: leaver.id, displayName: "Gone \(mark)", email: "gone@example.com"))
      ],
      [.userBlocked(UserBlocked(user: leaver.id, reason: "Left us \(mark)"))],
      [.userUnblocked(UserUnblocked(user: leaver.id))],
      [.userBlocked(UserBlocked(user: leaver.id, reason: ""))],
      [.companyOnboarded(onboarded)],
    ]
    return steps(facts, at: bureauPlace)
  }

  /// What the first schemas have no room for.
  var newerBureauSteps: [Step] {
    let scoped = Token(
      id: key(66), user: robot.id, expireTime: monday.adding(days: 65),
      displayName: "Import \(mark)",
      scope: TokenScope(companies: [company], verbs: ["import", "read"], certificate: hash(9)),
      createTime: monday)
    let failed = SigningCodeFailed(
      user: person.id, code: key(67), reason: "SMS_CODE_WRONG", triesLeft: 4)
    return steps(
      [
        [.tokenCreated(TokenCreated(token: scoped, secretHash: hash(180 + mark)))],
        [.signingCodeFailed(failed)],
      ],
      at: bureauPlace, after: "newer")
  }

  private var onboarded: CompanyOnboarded {
    var done = OnboardingCounts()
    done.companyCreated = true
    done.usersCreated = 2
    done.usersUpdated = 1
    done.rolesGiven = 3
    done.rolesTaken = 4
    done.agreementsCreated = 5
    done.agreementsSent = 6
    done.policySet = true
    done.signingKeyCreated = true
    done.consentsInvited = 7
    done.remindersSet = true
    return CompanyOnboarded(company: company, contentDigest: "digest \(mark)", done: done)
  }

  private func steps(_ facts: [[Fact]], at place: Place, after prefix: String = "request") -> [Step]
  {
    facts.enumerated().map { index, facts in
      Step(
        place: place, request: "\(prefix)-\(index)", facts: facts,
        time: monday.adding(minutes: index))
    }
  }

  // MARK: The company's journal

  var agreement: Agreement {
    Agreement(
      id: Self.agreementID, kind: .remittance, state: .active, bank: "dnb", account: Self.account,
      currency: .nok,
      signer: Signer(
        displayName: "Signer \(mark)", mobile: "+4790000001", email: "alex@example.com",
        nationalIDDigest: NationalIDDigest(bytes: hash(10))),
      createTime: monday, signTime: monday.adding(minutes: 1), linkHash: hash(3))
  }
  var consent: Consent {
    Consent(
      id: key(30), user: person.id, bank: "dnb", createTime: monday,
      expireTime: monday.adding(days: Consent.termDays), revokeTime: nil)
  }

  func invitation(_ number: UInt8) -> ConsentInvitation {
    ConsentInvitation(
      id: key(number), user: person.id, bank: "dnb", linkHash: hash(number), createTime: monday,
      expireTime: monday.adding(days: ConsentInvitation.linkDays))
  }

  var terms: PaymentTerms {
    PaymentTerms(
      creditorName: "Elbolaget \(mark)", creditorCountry: .no, creditorAccount: Self.account,
      creditorBIC: valid { () throws(IdentifierError) in try BIC("DNBANOKK") },
      amount: .nok(125_000),
      reference: valid { () throws(IdentifierError) in
        try PaymentReference(type: .kid, text: "1234567897")
      }, dueDate: day("2026-03-31"))
  }
  /// With everything missing that may be.
  var red: PaymentTerms {
    PaymentTerms(
      creditorName: nil, creditorCountry: nil, creditorAccount: nil, creditorBIC: nil,
      amount: .nok(Int64(mark)), reference: nil, dueDate: nil)
  }

  func signature(_ payment: ID<Payment>, method: SigningMethod = .bankID) -> PaymentSignature {
    let rendered = valid { () throws(PaymentError) in
      guard let profile = BankProfile.named("dnb") else { throw .noAgreement }
      return try terms.rendered(payment, for: agreement, profile: profile)
    }
    return PaymentSignature(
      user: person.id, rendered: rendered, agreement: Self.agreementID, evidenceDigest: hash(7),
      signTime: monday, transferTime: moment("2026-03-31T05:00:00Z"), method: method)
  }

  private func proposed(
    _ payment: ID<Payment>, _ invoice: UInt8, _ state: PaymentState, _ terms: PaymentTerms,
    asWritten: AsWritten = AsWritten(), warnings: [PaymentWarning] = []
  ) -> [Fact] {
    [
      .invoiceImported(
        InvoiceImported(
          invoice: key(invoice), payment: payment, supplierKey: "org:923609016",
          number: "\(invoice)", sourceDigest: hash(5))),
      .paymentProposed(
        PaymentProposed(
          payment: payment, state: state, invoiceNumber: "\(invoice)",
          supplierKey: "org:923609016", terms: terms, asWritten: asWritten, warnings: warnings)),
    ]
  }

  private func signed(_ payment: ID<Payment>) -> Fact {
    .paymentSigned(PaymentSigned(payment: payment, signature: signature(payment)))
  }

  private func prepared(_ transfer: UInt8, _ items: [TransferItem]) -> Fact {
    .transferPrepared(
      TransferPrepared(
        transfer: key(transfer), agreement: Self.agreementID, fileDigest: hash(transfer),
        executionDate: day("2026-03-31"), items: items))
  }

  private func fileRead(_ file: UInt8, _ kind: ReturnFile.Kind, _ applied: Int) -> Fact {
    .returnFileRead(
      ReturnFileRead(
        returnFile: key(file), kind: kind, messageID: "BANK-\(mark)", fileDigest: hash(file),
        appliedCount: applied, bank: "dnb"))
  }

  var voucher: Voucher {
    Voucher(
      id: key(80), number: 1, date: day("2026-03-31"),
      lines: [
        VoucherLine(
          ledgerAccount: LedgerAccount(number: "2400"), amount: .nok(125_000),
          text: "Elbolaget \(mark) 42"),
        VoucherLine(
          ledgerAccount: LedgerAccount(number: "1920"), amount: .nok(-125_000),
          text: "Elbolaget \(mark) 42"),
      ], payments: [Self.first], postTime: monday)
  }

  var alarm: AlarmRaised {
    AlarmRaised(
      kind: .doublePayment, payment: Self.second, returnFile: key(91), text: "Look at \(mark).")
  }

  private func held(_ key: String, _ kind: HoldEvidence.Kind) -> Fact {
    .transfersHeld(
      TransfersHeld(evidence: [HoldEvidence(kind, key: key, text: "The bank has \(mark)")]))
  }

  /// All of it told, and as little as may be.
  var unknown: UnknownPayment {
    UnknownPayment(
      endToEndID: Instruction.endToEndID(of: key(48), number: 1), finding: .sent, bank: "dnb",
      messageID: "M\(mark)", creditorName: "Elbolaget \(mark)", creditorAccount: Self.account,
      amount: .nok(125_000), reference: "1234567897", date: day("2026-04-13"))
  }
  var untold: UnknownPayment {
    UnknownPayment(
      endToEndID: Instruction.endToEndID(of: key(49), number: 1), finding: .executed, bank: "dnb",
      messageID: nil, creditorName: "", creditorAccount: nil, amount: nil, reference: nil,
      date: nil)
  }

  static let asWritten = AsWritten(account: "1234", reference: "KID 1")

  var companySteps: [Step] {
    var drafted = agreement
    (drafted.state, drafted.signTime, drafted.linkHash) = (.draft, nil, nil)
    let one = TransferItem(payment: Self.first, number: 1)
    let two = TransferItem(payment: Self.second, number: 1)
    let again = TransferItem(payment: Self.second, number: 2)
    let facts: [[Fact]] =
      [
        [.agreementDrafted(AgreementDrafted(agreement: drafted))],
        [.agreementSent(AgreementSent(agreement: Self.agreementID, linkHash: hash(3)))],
        [
          .agreementSigned(
            AgreementSigned(
              agreement: Self.agreementID, signTime: monday.adding(minutes: 1),
              evidenceDigest: hash(7)))
        ],
        [.consentGiven(ConsentGiven(consent: consent, evidenceDigest: hash(8)))],
        proposed(Self.first, 42, .proposalComplete, terms),
        proposed(
          Self.second, 43, .proposalIncomplete, red, asWritten: Self.asWritten,
          warnings: [.overdue, .accountUnusable, .referenceUnusable]),
        [.paymentAcknowledged(PaymentAcknowledged(payment: Self.first))],
        [
          .paymentChanged(
            PaymentChanged(payment: Self.second, state: .proposalOpenItems, terms: terms))
        ],
        [signed(Self.first), signed(Self.second)],
        [prepared(50, [one, two])],
        [.transferDelivered(TransferDelivered(transfer: key(50)))],
        [
          fileRead(90, .statusReport, 2),
          .instructionAccepted(
            InstructionAccepted(payment: Self.first, number: 1, status: "ACTC")),
          .instructionAccepted(
            InstructionAccepted(payment: Self.second, number: 1, status: "ACTC")),
        ],
        [
          fileRead(92, .notification, 1),
          .paymentPaid(
            PaymentPaid(
              payment: Self.first, number: 1, bookingDate: day("2026-03-31"), bankReference: "B1",
              bookedAmount: Money(minorUnits: 125_001, currency: .nok))),
          .paymentBooked(
            PaymentBooked(
              payment: Self.first, number: 1, bookingDate: day("2026-04-01"),
              booking: Booking(
                amount: Money(minorUnits: 125_002, currency: .nok), bankReference: "B2 \(mark)"))),
        ],
        [.voucherPosted(VoucherPosted(voucher: voucher))],
        [.paymentLost(PaymentLost(payment: Self.second, number: 1))],
        [
          .bankCheckRecorded(
            BankCheckRecorded(
              payment: Self.second, number: 1, executed: false, date: day("2026-04-09")))
        ],
        [signed(Self.second)],
        [prepared(51, [again])],
        [
          fileRead(91, .statusReport, 1),
          .paymentRejected(
            PaymentRejected(
              payment: Self.second, number: 2,
              rejection: Rejection(code: "AC03", text: "No account \(mark)"))),
          .alarmRaised(alarm),
        ],
        [held("file", .file)],
        [
          .transferRecovered(
            TransferRecovered(
              transfer: key(52), agreement: Self.agreementID, fileDigest: hash(52),
              executionDate: day("2026-04-13"),
              items: [TransferItem(payment: Self.second, number: 3)])),
          .unknownPaymentFound(UnknownPaymentFound(payment: unknown)),
          .unknownPaymentFound(UnknownPaymentFound(payment: untold)),
        ],
        [
          .paymentRejected(
            PaymentRejected(
              payment: Self.second, number: 3,
              rejection: Rejection(code: "AC03", text: "No account \(mark)")))
        ],
        [.paymentDeleted(PaymentDeleted(payment: Self.second))],
        [.paymentRestored(PaymentRestored(payment: Self.second, state: .proposalComplete))],
        [.consentRevoked(ConsentRevoked(consent: key(30), revokeTime: monday.adding(days: 1)))],
        [
          .unknownPaymentDismissed(
            UnknownPaymentDismissed(endToEndID: untold.endToEndID, reason: "Rent \(mark)"))
        ],
        [.transfersReleased(TransfersReleased(digest: hash(6), reason: "Looked \(mark)"))],
      ] + agreementLife + sealingFacts + policyFacts + reminderFacts + bulkFacts
      + bankSignatureFacts + supplierFacts + salaryFacts + transferSettingFacts + postingFacts + [
        [.companyClosed(CompanyClosed(company: company, reason: "Has ended \(mark)"))],
        [.bankSigningSet(BankSigningSet(user: person.id, number: Self.phone("+46701234567")))],
        [.bankSigningSet(BankSigningSet(user: key(15), number: Self.phone("+4790000002")))],
        [.bankSigningSet(BankSigningSet(user: key(15), number: nil))],
        [.automationEmployeeSet(AutomationEmployeeSet(employee: nil))],
        [.automationEmployeeSet(AutomationEmployeeSet(employee: person.id))],
        [held("answer", .answer)],
      ]
    return steps(facts, at: place)
  }
}
