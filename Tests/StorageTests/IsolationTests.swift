import Domain
import Engine
import EngineKit
import Primitives
import Storage
import Testing

/// Invariant T: two bureaus and two companies with the same ids never see each other's rows.
@Suite(.everyEngine) struct IsolationTests {
  /// One company of two, in two bureaus; the second bureau's company has the same id as the first.
  private static let histories = [
    History(),
    History(company: key(3), mark: 2, organisationNumber: "974760673"),
    History(bureau: key(5), mark: 3),
  ]

  private static func database() async throws -> any Database {
    let database = try await exampleDatabase()
    try await histories[0].append(to: database)
    try await database.append(
      [.companyCreated(CompanyCreated(company: histories[1].theCompany))],
      by: .example(histories[1].bureauPlace))
    try await histories[1].append(to: database, withBureau: false)
    try await histories[2].append(to: database)
    for history in histories {
      try await database.write(as: history.place.scope) { tx in
        try Blobs.store([history.mark], digest: hash(50), of: history.place, in: tx)
        let message = OutgoingMessage(
          id: key(70), mobile: "+4790000001", email: "", subject: "\(history.mark)", body: "",
          secret: "")
        try MessageTables.insert(
          message, sealedBy: exampleBox, of: history.place, at: monday, in: tx)
      }
    }
    for history in [histories[0], histories[2]] {
      let order = StoredOrder(
        order: Order(
          id: key(71), purpose: .login, company: nil, user: nil, state: .pending,
          visibleText: "\(history.mark)", nonVisibleData: [], startTime: monday),
        ticket: OrderTicket(
          orderRef: "", autoStartToken: "", qrStartToken: "", qrStartSecret: ""), hint: "")
      let code = SigningCode(
        id: key(73), user: key(10), session: key(74), number: History.phone("+46701234567"),
        set: hash(1), salt: hash(2), digest: hash(3), message: "\(history.mark)", text: "",
        sendTime: monday)
      try await database.write(as: history.bureauPlace.scope) { tx in
        try SigningCodeTables.insert(code, for: key(72), of: history.bureau, in: tx)
        try OrderTables.insert(order, sealedBy: exampleBox, of: history.bureau, in: tx)
      }
    }
    return database
  }

  @Test func `T each company's queries give its own rows`() async throws {
    let database = try await Self.database()
    for history in Self.histories {
      for scope in [history.place.scope, history.bureauPlace.scope] {
        let all = try await database.read(as: scope) { tx in
          try EverythingQueried.byCompany(history.place, tx)
        }
        for (name, found) in all where name != "PaymentTables.signed" {
          #expect(!EverythingQueried.nothing.contains(found), "\(name)")
        }
        for name in ["PaymentTables.find all", "PostingTables.list", "Journal.entries"] {
          let found = all[name] ?? ""
          #expect(found.contains("Elbolaget \(history.mark)"), "\(name)")
          for other in Self.histories where other.mark != history.mark {
            #expect(!found.contains("Elbolaget \(other.mark)"), "\(name)")
          }
        }
        #expect(all["Blobs.load"] == "[[\(history.mark)]]")
        #expect(all["MessageTables.load"]?.contains("subject: \"\(history.mark)\"") == true)
      }
    }
  }

  @Test func `T in the scope of one company every query about another gives nothing`()
    async throws
  {
    let database = try await Self.database()
    for own in Self.histories {
      for other in Self.histories where other.mark != own.mark {
        let all = try await database.read(as: own.place.scope) { tx in
          try EverythingQueried.byCompany(other.place, tx)
        }
        for (name, found) in all {
          #expect(found == "[]", "\(name): \(own.mark) sees \(other.mark)")
        }
      }
    }
  }

  @Test func `T in the scope of one bureau every query about another gives nothing`() async throws {
    let database = try await Self.database()
    for (own, other) in [
      (Self.histories[0], Self.histories[2]), (Self.histories[2], Self.histories[0]),
    ] {
      for scope in [own.bureauPlace.scope, own.place.scope] {
        let (foreign, mine) = try await database.read(as: scope) { tx in
          (
            try EverythingQueried.byBureau(other.place, tx),
            try EverythingQueried.byBureau(own.place, tx)
          )
        }
        for (name, found) in foreign { #expect(found == "[]", "\(name)") }
        for (name, found) in mine { #expect(found != "[]", "\(name)") }
      }
      let foreignCompany = try await database.read(as: own.bureauPlace.scope) { tx in
        try EverythingQueried.byCompany(other.place, tx)
      }
      for (name, found) in foreignCompany { #expect(found == "[]", "\(name)") }
    }
  }

  @Test func `T the platform sees work and credentials and no tenant's data`() async throws {
    let database = try await Self.database()
    let history = Self.histories[0]
    let (company, bureau, work) = try await database.read(as: .platform) { tx in
      (
        try EverythingQueried.byCompany(history.place, tx),
        try EverythingQueried.byBureau(history.place, tx),
        try Work.due(at: monday.adding(days: 100), limit: 100, in: tx)
      )
    }
    for (name, found) in company { #expect(found == "[]", "\(name)") }
    for (name, found) in bureau { #expect(found == "[]", "\(name)") }
    #expect(
      Set(work.map(\.place))
        == Set(Self.histories.map(\.place)).union(Self.histories.map(\.bureauPlace)))
    #expect(
      Set(try await database.read(as: .platform) { try Work.checkpointedBureaus(in: $0) })
        == Set(Self.histories.map(\.place.bureau)))
  }

  @Test func `T a fact in another company's journal is refused`() async throws {
    let database = try await Self.database()
    let (own, other) = (Self.histories[0], Self.histories[1])
    let lost = Fact.paymentLost(PaymentLost(payment: History.first, number: 1))
    await #expect(throws: EngineError.self) {
      try await database.write(as: own.place.scope) { tx in
        let head = try Journal.lock(other.place, in: tx)
        try Journal.append([lost], after: head, by: .example(other.place), in: tx)
      }
    }
    // A company's command writes nothing of the bureau's either.
    await #expect(throws: EngineError.self) {
      try await database.write(as: own.place.scope) { tx in
        let head = try Journal.lock(own.place, in: tx)
        let fact = Fact.userCreated(UserCreated(user: own.person))
        try Journal.append([fact], after: head, by: .example(own.place), in: tx)
      }
    }
  }
}
