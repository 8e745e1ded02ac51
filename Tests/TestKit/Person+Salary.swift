package import BureauAPI
import Foundation
import GRPCCore
import SwiftProtobuf

// What people do with salaries.

extension Office {
  /// Somebody who sees salaries, and has no other role.
  package func payroll(_ name: String) async throws -> Person {
    try await bureau.person(name, .payroll, at: try bureau.company)
  }

  /// Lets somebody see salaries too.
  package func entrusts(_ person: Person) async throws {
    try await bureau.administrator.givesRole(
      .payroll, to: person.name, at: try bureau.company)
  }
}

extension Person {
  /// Takes a table of salaries in.
  package func importsSalaries(
    _ table: String, payDate: String = "2026-03-25", dryRun: Bool = false
  ) async throws -> Bureau_V1_SalaryBatch {
    let parent = try bureau.company.name, id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.salaries.importSalaryBatch(
        .with {
          $0.parent = parent
          $0.content = Data(table.utf8)
          $0.format = .csv
          $0.payDate = payDate
          $0.requestID = id
          $0.validateOnly = dryRun
        }, metadata: metadata)
    }
  }

  package func seesSalaryBatches() async throws -> [Bureau_V1_SalaryBatch] {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.salaries.listSalaryBatches(
        .with { $0.parent = parent }, metadata: metadata)
    }.salaryBatches
  }

  /// The company's payments that are there for this person.
  package func seesPayments(_ filter: Bureau_V1_PaymentFilter = .init()) async throws
    -> [Bureau_V1_Payment]
  {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.payments.listPayments(
        .with {
          $0.parent = parent
          $0.filter = filter
        }, metadata: metadata)
    }.payments
  }
}
