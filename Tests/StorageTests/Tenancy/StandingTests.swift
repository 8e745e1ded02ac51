import Domain
import Engine
import EngineKit
import Primitives
import Testing

@testable import Storage

/// A right follows from the bureau's journal as the transaction sees it, however often it was read.
@Suite(.everyEngine) struct StandingTests {
  private let history = History()
  private let method = "bureau.v1.PaymentService/GetPayment"

  private struct Undone: Error {}

  private func example() async throws -> any Database {
    let database = try await exampleDatabase()
    try await database.append(
      [
        .bureauCreated(BureauCreated(bureau: history.theBureau)),
        .userCreated(UserCreated(user: history.person)),
        .companyCreated(CompanyCreated(company: history.theCompany)),
        .roleAssigned(RoleAssigned(assignment: approver)),
      ], by: .example(history.bureauPlace, request: "begin"))
    return database
  }

  private var approver: RoleAssignment { history.role(61, .approver, in: history.company) }

  private func read(_ tx: any Transaction) throws -> Standing {
    try Standing.read(of: history.person.id, calling: method, at: history.place, in: tx)
  }

  private func read(_ database: any Database) async throws -> Standing {
    try await database.read(as: history.place.scope) { tx in try read(tx) }
  }

  private func remove(_ tx: any Transaction) throws {
    let place = history.bureauPlace
    try Journal.append(
      [.roleRemoved(RoleRemoved(assignment: approver))], after: Journal.lock(place, in: tx),
      by: .example(place, request: "remove"), in: tx)
  }

  @Test func `what is read twice at one head is the same, for each user and company`() async throws
  {
    let database = try await example()
    for _ in 1...2 {
      let standing = try await read(database)
      #expect(standing.companyRoles == [.approver])
      #expect(standing.company == .active)
      let none = try await database.read(as: history.place.scope) { tx in
        try Standing.read(of: key(99), calling: method, at: history.place, in: tx)
      }
      #expect(none.companyRoles == [] && none.company == .active)
      let bureau = try await database.read(as: history.bureauPlace.scope) { tx in
        try Standing.read(
          of: history.person.id, calling: method, at: history.bureauPlace, in: tx)
      }
      #expect(bureau.companyRoles == [] && bureau.company == nil)
    }
  }

  @Test func `a role that is removed is gone in the same transaction and the next`() async throws {
    let database = try await example()
    #expect(try await read(database).companyRoles == [.approver])
    let within = try await database.write(as: history.bureauPlace.scope) { tx in
      try remove(tx)
      return try read(tx)
    }
    #expect(within.companyRoles == [])
    #expect(try await read(database).companyRoles == [])
  }

  @Test func `what a command read that was undone is not remembered`() async throws {
    let database = try await example()
    await #expect(throws: Undone.self) {
      try await database.write(as: history.bureauPlace.scope) { tx in
        try remove(tx)
        #expect(try read(tx).companyRoles == [])
        throw Undone()
      }
    }
    #expect(try await read(database).companyRoles == [.approver])
    // Another fact in its place.
    try await database.append(
      [.userBlocked(UserBlocked(user: history.person.id, reason: "left"))],
      by: .example(history.bureauPlace, request: "block"))
    let blocked = try await read(database)
    #expect(blocked.isBlocked && blocked.companyRoles == [.approver])
  }

  @Test func `a company that its own journal closes is closed at once`() async throws {
    let database = try await example()
    #expect(try await read(database).company == .active)
    try await database.append(
      [.companyClosed(CompanyClosed(company: history.company, reason: "moved"))],
      by: .example(history.place, request: "close"))
    #expect(try await read(database).company == .closed)
  }

  @Test func `U a bureau's own cell of the access table belongs to its method alone`() async throws
  {
    let database = try await example()
    #expect(try await read(database).cells == [:])
    try await database.append(
      [.accessCellSet(AccessCellSet(method: method, role: .approver, isAllowed: false))],
      by: .example(history.bureauPlace, request: "cell"))
    for _ in 1...2 { #expect(try await read(database).cells == [.approver: false]) }
    let other = try await database.read(as: history.place.scope) { tx in
      try Standing.read(
        of: history.person.id, calling: "bureau.v1.PaymentService/ListPayments",
        at: history.place, in: tx)
    }
    #expect(other.cells == [:] && other.companyRoles == [.approver])
  }

  @Test func `another company's scope learns nothing and leaves nothing behind`() async throws {
    let database = try await example()
    let elsewhere = Place(bureau: history.bureau, company: key(3))
    for scope in [elsewhere.scope, .platform, Place(bureau: key(4)).scope] {
      let standing = try await database.read(as: scope) { tx in try read(tx) }
      #expect(standing.companyRoles == [])
    }
    #expect(try await read(database).companyRoles == [.approver])
    for scope in [elsewhere.scope, .platform, Place(bureau: key(4)).scope] {
      let standing = try await database.read(as: scope) { tx in try read(tx) }
      #expect(standing.companyRoles == [])
    }
  }
}
