package import BureauAPI
import Foundation
import GRPCCore
package import Primitives
package import Sealing
import SwiftProtobuf

// What people and programs do with signing keys and sealed batches.

extension SealingSecret {
  /// The `number`th of the keys that tests use.
  package static func test(_ number: UInt8) throws -> SealingSecret {
    try SealingSecret(seed: [UInt8](repeating: number, count: 32))
  }

  /// What registers its public part for a company.
  package func registration(for company: TestCompany) throws -> Bureau_V1_NewSigningKey {
    let proof = try sign(publicKey.proofBytes(company: company.name))
    return .with {
      $0.publicKey = Data(publicKey.bytes)
      $0.proof = Data(proof)
    }
  }

  package func seal(_ batch: Bureau_V1_Batch, for company: TestCompany) throws -> Bureau_V1_Seal {
    let signature = try sign(
      batch.canonical(company: company.name, keyFingerprint: publicKey.fingerprint).bytes)
    return .with {
      $0.keyFingerprint = publicKey.fingerprint
      $0.signature = Data(signature)
    }
  }
}

extension Person {
  /// Registers the public part of a key of the client's own; nil: the server makes one.
  @discardableResult
  package func makesKey(
    _ secret: SealingSecret?, at company: TestCompany? = nil, request: String? = nil
  ) async throws -> Bureau_V1_SigningKey {
    let company = try company ?? bureau.company
    let key = try secret?.registration(for: company) ?? Bureau_V1_NewSigningKey()
    return try await calls { connection, metadata in
      try await connection.signingKeys.createSigningKey(
        .with {
          $0.parent = company.name
          $0.signingKey = key
          $0.requestID = request ?? newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func rotates(
    _ key: Bureau_V1_SigningKey, to secret: SealingSecret, overlapSeconds: Int64 = 0,
    at company: TestCompany? = nil
  ) async throws -> Bureau_V1_SigningKey {
    let new = try secret.registration(for: company ?? bureau.company)
    return try await calls { connection, metadata in
      try await connection.signingKeys.rotateSigningKey(
        .with {
          $0.name = key.name
          $0.signingKey = new
          $0.overlap.seconds = overlapSeconds
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func revokes(_ key: Bureau_V1_SigningKey) async throws -> Bureau_V1_SigningKey {
    try await calls { connection, metadata in
      try await connection.signingKeys.revokeSigningKey(
        .with {
          $0.name = key.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func seesKeys(at company: TestCompany? = nil, asOf time: Instant? = nil) async throws
    -> [Bureau_V1_SigningKey]
  {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.signingKeys.listSigningKeys(
        .with {
          $0.parent = parent
          if let time { $0.asOfTime.seconds = time.microseconds / 1_000_000 }
        }, metadata: metadata
      ).signingKeys
    }
  }

  /// Hands in a batch, sealed with `secret` where there is one; `change` comes after the seal.
  @discardableResult
  package func submits(
    _ batch: Bureau_V1_Batch, sealedWith secret: SealingSecret?, at company: TestCompany? = nil,
    changed change: (inout Bureau_V1_SubmitBatchRequest) -> Void = { _ in }
  ) async throws -> Bureau_V1_SubmitBatchResponse {
    let company = try company ?? bureau.company
    var request = Bureau_V1_SubmitBatchRequest()
    request.parent = company.name
    request.batch = batch
    if let secret { request.seal = try secret.seal(batch, for: company) }
    request.requestID = newRequestID()
    change(&request)
    let sent = request
    return try await calls { connection, metadata in
      try await connection.submissions.submitBatch(sent, metadata: metadata)
    }
  }
}

extension TestBureau {
  /// A batch of these payments, made now.
  package func batch(_ id: String = "B-1", _ payments: Bureau_V1_BatchPayment...)
    -> Bureau_V1_Batch
  {
    let payments = payments.isEmpty ? [.elbolaget()] : payments
    var sums: [String: Int64] = [:]
    for payment in payments {
      sums[payment.amount.currencyCode, default: 0] += payment.amount.minorUnits
    }
    return .with {
      $0.batchID = id
      $0.createTime.seconds = world.clock.now.microseconds / 1_000_000
      $0.itemCount = Int32(payments.count)
      $0.totals = sums.sorted { $0.key < $1.key }.map { code, sum in
        .with {
          $0.minorUnits = sum
          $0.currencyCode = code
        }
      }
      $0.items = payments.map { payment in .with { $0.payment = payment } }
    }
  }
}

extension Bureau_V1_BatchPayment {
  /// The accounting system's view of `SupplierInvoice`.
  package static func elbolaget(_ number: String = "104471", _ minorUnits: Int64 = 715_500)
    -> Self
  {
    .with {
      $0.invoiceNumber = number
      $0.creditor.displayName = "Elbolaget AS"
      $0.creditor.organisationNumber = "988077917"
      $0.creditor.countryCode = "NO"
      $0.creditorAccount.form = .noBban
      $0.creditorAccount.text = "86011117947"
      $0.amount.minorUnits = minorUnits
      $0.amount.currencyCode = "NOK"
      $0.reference.type = .kid
      $0.reference.text = "20260010447106"
      $0.dueDate = "2026-03-16"
    }
  }
}
