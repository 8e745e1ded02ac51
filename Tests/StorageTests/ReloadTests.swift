import Domain
import Engine
import EngineKit
import Primitives
@testable import Storage
import Testing

/// What the tables give back is what the facts said.
@Suite(.everyEngine) struct ReloadTests {
  private let history = History()

  private func database() async throws -> any Database {
    let database = try await exampleDatabase()
    try await history.append(to: database)
    return database
  }

  /// The sequence of the newest fact for which `matches` holds.
  private func sequence(_ matches: (Fact) -> Bool) -> Int64 {
    let facts = history.companySteps.flatMap(\.facts)
    return Int64((facts.lastIndex(where: matches) ?? -1) + 1)
  }

  private func created(_ payment: ID<Payment>) -> Instant {
    history.companySteps.first { step in
      step.facts.contains {
        if case .paymentProposed(let fact) = $0 { fact.payment == payment } else { false }
      }
    }?.time ?? monday
  }

  @Test func `Payments a posted payment`() async throws {
    let (payment, history) = (
      Payment(
        id: History.first, state: .posted, invoiceNumber: "42", supplierKey: "org:923609016",
        terms: history.terms, asWritten: AsWritten(), warnings: [],
        createTime: created(History.first), signature: history.signature(History.first),
        instructions: [
          Instruction(
            number: 1, state: .executed, transfer: key(50),
            booking: Booking(
              amount: Money(minorUnits: 125_002, currency: .nok), bankReference: "B2 1"))
        ],
        voucher: key(80), bookingDate: day("2026-04-01"),
        revision: sequence {
          if case .voucherPosted(let fact) = $0 { !fact.voucher.isInvoice } else { false }
        },
        approvals: [history.signature(History.first)], requiredSignatures: 1), history
    )
    let loaded = try await database().read(as: history.place.scope) { tx in
      try PaymentTables.load(History.first, of: history.place, in: tx)
    }
    #expect(loaded == payment)
  }

  @Test
  func `Payments D one that failed twice, was restored, is held, and was sent by a lost file`()
    async throws
  {
    var payment = Payment(
      id: History.second, state: .proposalComplete, invoiceNumber: "43",
      supplierKey: "org:923609016", terms: history.terms, asWritten: History.asWritten,
      warnings: [.overdue, .accountUnusable, .referenceUnusable],
      createTime: created(History.second), signature: nil,
      instructions: [
        Instruction(number: 1, state: .rejected, transfer: key(50)),
        Instruction(number: 2, state: .rejected, transfer: key(51)),
        Instruction(number: 3, state: .rejected, transfer: key(52)),
      ], rejection: Rejection(code: "AC03", text: "No account 1"), isHeld: true,
      revision: sequence {
        if case .voucherPosted(let fact) = $0 { fact.voucher.isInvoice } else { false }
      },
      makers: [history.person.id], returnReason: "Not ours 1",
      postedInvoice: PostedInvoice(
        voucher: key(84), amount: try #require(history.voucher.lines.first).amount))
    let loaded = try await database().read(as: history.place.scope) { [history] tx in
      try PaymentTables.load(History.second, of: history.place, in: tx)
    }
    #expect(loaded?.netting?.items.map(\.number) == ["K170"])
    #expect(loaded?.netting?.gross == .nok(125_000))
    #expect(loaded?.netting?.reference?.text == "Invoice 1")
    payment.netting = loaded?.netting
    #expect(loaded == payment)
  }

  @Test func `Payments after every step the payment is where its facts put it`() async throws {
    let database = try await exampleDatabase()
    for step in history.bureauSteps {
      try await database.append(step.facts, by: .example(step.place))
    }
    var states: [String] = []
    for step in history.companySteps {
      try await database.append(step.facts, by: .example(step.place))
      let both = try await database.read(as: history.place.scope) { [history] tx in
        try [History.first, History.second].map {
          try PaymentTables.load($0, of: history.place, in: tx)
        }
      }
      states.append(
        both.map { payment in
          guard let payment else { return "-" }
          let sendings = payment.instructions.map(\.state.rawValue).joined(separator: "+")
          let parts = [
            payment.state.rawValue, payment.signature == nil ? "" : "with signature", sendings,
          ]
          return parts.filter { !$0.isEmpty }.joined(separator: " ")
        }.joined(separator: " | "))
      // The etag follows whatever happened to the payment.
      let head = try await database.write(as: history.place.scope) { [history] tx in
        try Journal.lock(history.place, in: tx).sequence
      }
      for (payment, id) in zip(both, [History.first, History.second]) {
        let newest = history.newest(of: id, upTo: head)
        #expect(payment?.revision ?? 0 == newest, "fact \(head), payment \(id)")
      }
    }
    try expectGolden(states.joined(separator: "\n") + "\n", "payment-history.txt")
  }

  @Test func `Agreements Consents what was signed and given`() async throws {
    var consent = history.consent
    consent.revokeTime = monday.adding(days: 1)
    let (agreement, loaded, taken) = try await database().read(as: history.place.scope) {
      [history] tx in
      (
        try AgreementTables.load(History.agreementID, of: history.place, in: tx),
        try ConsentTables.load(key(30), of: history.place, in: tx),
        try AgreementTables.isTaken(History.account, .remittance, of: history.place, in: tx)
      )
    }
    #expect(agreement == history.agreement)
    #expect(loaded == consent)
    #expect(taken)
  }

  @Test func `Transfers Statements Postings files and voucher`() async throws {
    let steps = history.companySteps
    let (transfers, files, voucher, next) = try await database().read(as: history.place.scope) {
      [history] tx in
      (
        try TransferTables.list(of: history.place, for: .hidden, limit: 10, in: tx),
        try StatementTables.list(of: history.place, for: .hidden, after: nil, limit: 10, in: tx),
        try PostingTables.load(key(80), of: history.place, in: tx),
        try PostingTables.nextNumber(of: history.place, in: tx)
      )
    }
    #expect(
      transfers == [
        Transfer(
          id: key(50), state: .delivered, agreement: History.agreementID, fileDigest: hash(50),
          executionDate: day("2026-03-31"), prepareTime: steps[9].time,
          deliverTime: steps[10].time,
          items: [
            TransferItem(payment: History.first, number: 1),
            TransferItem(payment: History.second, number: 1),
          ]),
        Transfer(
          id: key(51), state: .prepared, agreement: History.agreementID, fileDigest: hash(51),
          executionDate: day("2026-03-31"), prepareTime: steps[17].time, deliverTime: nil,
          items: [TransferItem(payment: History.second, number: 2)]),
        Transfer(
          id: key(52), state: .delivered, agreement: History.agreementID, fileDigest: hash(52),
          executionDate: day("2026-04-13"), prepareTime: steps[20].time,
          deliverTime: steps[20].time,
          items: [TransferItem(payment: History.second, number: 3)]),
      ])
    #expect(files.map(\.id) == [key(90), key(91), key(92)])
    #expect(files.map(\.kind) == [.statusReport, .statusReport, .notification])
    #expect(files.map(\.appliedCount) == [2, 1, 1])
    #expect(files.map(\.alarms) == [[], ["Look at 1."], []])
    #expect(voucher == history.voucher)
    #expect(next == 3)
  }

  @Test func `Holds what is held, known and unknown`() async throws {
    try await database().read(as: history.place.scope) {
      [history] (tx: any Transaction) throws -> Void in
      let place = history.place
      let hold = try HoldTables.hold(of: place, in: tx)
      #expect(hold.holdTime == history.companySteps.last?.time)
      #expect(hold.evidence == [HoldEvidence(.answer, key: "answer", text: "The bank has 1")])
      #expect(hold.unknown == [history.unknown])
      #expect(try HoldTables.knownEvidence(of: place, in: tx) == ["file", "answer"])
      #expect(
        try HoldTables.findings(of: place, in: tx) == [
          history.unknown.endToEndID: .sent, history.untold.endToEndID: .executed,
        ])
      #expect(try HoldTables.isHeld(place, in: tx))
      #expect(try !HoldTables.isBureauHeld(history.bureau, in: tx))
    }
  }

  @Test func `Tenancy bureau, company, users, roles and tokens`() async throws {
    let database = try await database()
    try await database.read(as: history.bureauPlace.scope) {
      [history] (tx: any Transaction) throws -> Void in
      let bureau = history.bureau
      #expect(try TenancyTables.bureau(bureau, in: tx) == history.theBureau)
      var closed = history.theCompany
      closed.state = .closed
      closed.closeTime =
        history.companySteps.first { $0.facts.map(\.name) == ["CompanyClosed"] }?.time
      #expect(try TenancyTables.company(history.place, in: tx) == closed)
      let sleeper = try TenancyTables.company(
        Place(bureau: bureau, company: history.theSleeper.id), in: tx)
      #expect(sleeper?.state == .active && sleeper?.town == "Bodø")
      #expect(sleeper?.displayName == "Sover & Våkner 1")
      let leaver = try TenancyTables.user(history.leaver.id, of: bureau, in: tx)
      #expect(leaver?.isBlocked == true && leaver?.email == "gone@example.com")
      let left = try TokenTables.load(history.leaverToken.id, of: bureau, in: tx)
      #expect(left?.isRevoked == true)
      #expect(try TenancyTables.user(key(10), of: bureau, in: tx) == history.person)
      #expect(
        try TenancyTables.user(with: NationalIDDigest(bytes: hash(10)), of: bureau, in: tx)
          == history.person)
      #expect(try TenancyTables.user(key(12), of: bureau, in: tx) == history.robot)
      #expect(
        try TenancyTables.roles(of: key(10), in: bureau, tx) == [
          history.role(60, .customerAdministrator, in: nil),
          history.role(61, .approver, in: history.company),
        ])
      #expect(try TokenTables.load(key(63), of: bureau, in: tx)?.token == history.token(63))
      #expect(try TokenTables.load(key(64), of: bureau, in: tx)?.isRevoked == true)
    }
    let credentials = try await database.read(as: .platform) { tx in
      try [hash(101), hash(151), hash(99), hash(201)].map {
        try IdentityTables.credential($0, in: tx)?.user
      }
    }
    // Revoked, unknown, and of somebody who is blocked.
    #expect(credentials == [key(12), nil, nil, nil])
  }

  @Test func `Work what is to be done follows from the facts`() async throws {
    let work = try await database().read(as: .platform) { tx in
      try Work.due(at: monday.adding(days: 100), limit: 10, in: tx)
    }
    let deadline = moment("2026-04-08T22:00:00Z")
    let posting = try #require(
      history.companySteps.first { step in
        step.facts.contains { if case .automaticPostingSet = $0 { true } else { false } }
      })
    #expect(
      work == [
        WorkItem(
          place: history.bureauPlace, kind: .checkpoint, subject: history.place.bureau.bytes,
          due: history.bureauSteps[0].time),
        // The first file is delivered, the second is not.
        WorkItem(
          place: history.place, kind: .deliver, subject: key(51, Transfer.self).bytes,
          due: history.companySteps[17].time),
        // What was dismissed stands in nobody's way: what is due is looked for at once.
        WorkItem(
          place: history.place, kind: .prepare, subject: History.agreementID.bytes,
          due: history.companySteps[25].time),
        WorkItem(
          place: history.place, kind: .activate, subject: History.secondAgreement.bytes,
          due: history.companySteps[34].time),
        // Since it is set; what the bank has booked meanwhile is posted with it.
        WorkItem(
          place: history.place, kind: .post, subject: History.agreementID.bytes,
          due: posting.time),
        WorkItem(
          place: history.place, kind: .linkEnd, subject: History.secondAgreement.bytes,
          due: moment("2026-03-16T08:00:00Z")),
        WorkItem(
          place: history.place, kind: .answer, subject: key(50, Transfer.self).bytes,
          due: deadline),
        WorkItem(
          place: history.place, kind: .answer, subject: key(51, Transfer.self).bytes,
          due: deadline),
        WorkItem(
          place: history.place, kind: .answer, subject: key(53, Transfer.self).bytes,
          due: deadline),
        WorkItem(
          place: history.place, kind: .answer, subject: key(52, Transfer.self).bytes,
          due: moment("2026-04-16T22:00:00Z")),
      ])
  }
}

private func key<Of>(_ number: UInt8, _: Of.Type) -> ID<Of> { key(number) }

extension History {
  /// The sequence of the newest fact about a payment among the first `count` of the company.
  fileprivate func newest(of payment: ID<Payment>, upTo count: Int64) -> Int64 {
    let facts = companySteps.flatMap(\.facts).prefix(Int(count))
    let index = facts.lastIndex { fact in
      switch fact {
      case .paymentProposed(let fact): fact.payment == payment
      case .paymentChanged(let fact): fact.payment == payment
      case .paymentAcknowledged(let fact): fact.payment == payment
      case .paymentSigned(let fact): fact.payment == payment
      case .paymentPartlySigned(let fact): fact.payment == payment
      case .paymentReturned(let fact): fact.payment == payment
      case .duplicatesDismissed(let fact): fact.payment == payment
      case .openItemsLinked(let fact): fact.payment == payment
      case .openItemsUnlinked(let fact): fact.payment == payment
      case .paymentDeleted(let fact): fact.payment == payment
      case .paymentRestored(let fact): fact.payment == payment
      case .transferPrepared(let fact): fact.items.contains { $0.payment == payment }
      case .transferRecovered(let fact): fact.items.contains { $0.payment == payment }
      case .instructionAccepted(let fact): fact.payment == payment
      case .paymentRejected(let fact): fact.payment == payment
      case .paymentPaid(let fact): fact.payment == payment
      case .paymentBooked(let fact): fact.payment == payment
      case .paymentLost(let fact): fact.payment == payment
      case .bankCheckRecorded(let fact): fact.payment == payment
      case .alarmRaised(let fact): fact.payment == payment
      case .voucherPosted(let fact): fact.voucher.payments.contains(payment)
      default: false
      }
    }
    return Int64((index ?? -1) + 1)
  }
}
