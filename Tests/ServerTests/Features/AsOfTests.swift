import BureauAPI
import Domain
import GRPCCore
import Primitives
import Server
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// Who may look at the past of what, and what is said to the others.
@Suite(.everyEngine) struct AsOfTests {
  private static func timestamp(_ time: Instant) -> Google_Protobuf_Timestamp {
    .with {
      $0.seconds = time.microseconds / 1_000_000
      $0.nanos = Int32(time.microseconds % 1_000_000) * 1_000
    }
  }

  private static func payments(
    of parent: String, as person: Person, at time: Google_Protobuf_Timestamp
  ) async throws -> [Bureau_V1_Payment] {
    try await person.calls { connection, metadata in
      try await connection.payments.listPayments(
        .with {
          $0.parent = parent
          $0.asOfTime = time
        }, metadata: metadata)
    }.payments
  }

  @Test func `the roles of today decide who sees the past (U-09)`() async throws {
    try await withBureau { bureau in
      let company = try bureau.company, robin = try bureau.administrator
      let kim = try await bureau.accountant("Kim")
      let then = Self.timestamp(bureau.world.clock.now)
      #expect(try await Self.payments(of: company.name, as: kim, at: then).isEmpty)
      bureau.world.clock.turn(to: bureau.world.clock.now.adding(seconds: 1))
      let max = try await bureau.reader("Max")
      // Max had no role then, and sees what was.
      #expect(try await Self.payments(of: company.name, as: max, at: then).isEmpty)
      let roles = try await robin.calls { connection, metadata in
        try await connection.tenancy.listRoleAssignments(
          .with { $0.parent = company.name }, metadata: metadata)
      }.roleAssignments
      let kims = try #require(roles.first { $0.user == kim.name })
      try await robin.takesAway(kims)
      // Kim had one, and sees nothing any more: the same words as for what does not exist.
      let refused = try await bureau.refusal {
        try await Self.payments(of: company.name, as: kim, at: then)
      }
      let foreign = try await bureau.makeCompany("Fremmed AS")
      let elsewhere = try await bureau.refusal {
        try await Self.payments(of: foreign.name, as: kim, at: then)
      }
      #expect(refused.reason == "ACCESS_DENIED" && refused == elsewhere)
    }
  }

  @Test func `the roles in a company are listed with those in the whole bureau, also of the past`()
    async throws
  {
    try await withBureau { bureau in
      let company = try bureau.company, robin = try bureau.administrator
      let foreign = try await bureau.makeCompany("Fremmed AS")
      let kim = try await bureau.accountant("Kim")
      _ = try await bureau.accountant("Max", at: foreign)
      func roles(_ parent: String, _ time: Instant? = nil) async throws -> [String] {
        try await robin.calls { connection, metadata in
          try await connection.tenancy.listRoleAssignments(
            .with {
              $0.parent = parent
              if let time { $0.asOfTime = Self.timestamp(time) }
            }, metadata: metadata)
        }.roleAssignments.map { "\($0.user) \($0.role) \($0.company)" }.sorted()
      }
      let now = bureau.world.clock.now
      let there = try await roles(company.name)
      #expect(
        there
          == [
            "\(kim.name) \(Bureau_V1_Role.accountant) \(company.name)",
            "\(robin.name) \(Bureau_V1_Role.customerAdministrator) ",
          ].sorted())
      bureau.world.clock.turn(to: now.adding(seconds: 1))
      try await robin.gives(kim, .reader, at: company)
      #expect(try await roles(company.name).count == 3)
      #expect(try await roles(company.name, now) == there)
      let nowhere = "\(bureau.name)/companies/\(String(repeating: "0", count: 32))"
      let refused = try await bureau.refusal { try await roles(nowhere) }
      #expect(refused.code == .notFound)
    }
  }

  @Test func `a bureau's lists refuse the past and say what to do instead`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, name = bureau.name
      let time = Self.timestamp(bureau.world.clock.now)
      let lists: [(Connection, Metadata) async throws -> Void] = [
        { connection, metadata in
          _ = try await connection.tenancy.listCompanies(
            .with {
              $0.parent = name
              $0.asOfTime = time
            }, metadata: metadata)
        },
        { connection, metadata in
          _ = try await connection.tenancy.listUsers(
            .with {
              $0.parent = name
              $0.asOfTime = time
            }, metadata: metadata)
        },
        { connection, metadata in
          _ = try await connection.tenancy.listRoleAssignments(
            .with {
              $0.parent = name
              $0.asOfTime = time
            }, metadata: metadata)
        },
      ]
      for list in lists {
        let refused = try await bureau.refusal { try await robin.calls(list) }
        #expect(refused.reason == "AS_OF_NOT_HERE" && refused.fields == ["as_of_time"])
        #expect(refused.message.contains("within one company"))
      }
    }
  }

  @Test func `a company is seen as of a moment, and not before it was`() async throws {
    try await withBureau { bureau in
      let company = try bureau.company, robin = try bureau.administrator
      func sees(_ time: Instant) async throws -> Bureau_V1_Company {
        try await robin.calls { connection, metadata in
          try await connection.tenancy.getCompany(
            .with {
              $0.name = company.name
              $0.asOfTime = Self.timestamp(time)
            }, metadata: metadata)
        }
      }
      let now = bureau.world.clock.now
      let today = try await robin.calls { connection, metadata in
        try await connection.tenancy.getCompany(
          .with { $0.name = company.name }, metadata: metadata)
      }
      #expect(try await sees(now) == today)
      let early = try await bureau.refusal { try await sees(now.adding(days: -1)) }
      #expect(early.reason == "AS_OF_BEFORE_COMPANY")
      let late = try await bureau.refusal { try await sees(now.adding(days: 1)) }
      #expect(late.reason == "AS_OF_IN_FUTURE")
    }
  }

  @Test func `a time that has not come, never was, or lies before the company is refused`()
    async throws
  {
    try await withBureau { bureau in
      let company = try bureau.company, robin = try bureau.administrator
      let now = bureau.world.clock.now
      func refusal(_ time: Google_Protobuf_Timestamp) async throws -> Refused {
        try await bureau.refusal {
          try await Self.payments(of: company.name, as: robin, at: time)
        }
      }
      let future = try await refusal(Self.timestamp(Instant(microseconds: now.microseconds + 1)))
      #expect(future.reason == "AS_OF_IN_FUTURE")
      for (seconds, nanos) in [
        (Int64.max, Int32(0)), (.min, 0), (0, -1), (0, 1_000_000_000), (253_402_300_800, 0),
      ] {
        let time = Google_Protobuf_Timestamp(seconds: seconds, nanos: nanos)
        #expect(try await refusal(time).reason == "AS_OF_INVALID")
      }
      let early = try await refusal(Self.timestamp(now.adding(days: -1)))
      #expect(early.reason == "AS_OF_BEFORE_COMPANY" && early.code == .failedPrecondition)
    }
  }
}
