import BureauAPI
import Foundation
import Sealing
import SwiftProtobuf
import TestKit

extension Write {
  static let sealing = [
    createSigningKey,
    write("PolicyService/SetPolicy", Bureau_V1_SetPolicyRequest.self) { office in
      let name = try office.bureau.company.name + "/policy"
      return (
        try office.bureau.administrator,
        { request, variant in
          request.policy.name = name
          request.policy.approvers = variant.isOther ? 3 : 2
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("SigningKeyService/RotateSigningKey", Bureau_V1_RotateSigningKeyRequest.self) { office in
      let key = try await office.kim.makesKey(try .test(1))
      let company = try office.bureau.company
      let wanted = try [2, 3].map { try SealingSecret.test($0).registration(for: company) }
      return (
        office.kim,
        { request, variant in
          request.name = key.name
          request.signingKey = wanted[variant.isOther ? 1 : 0]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("SigningKeyService/RevokeSigningKey", Bureau_V1_RevokeSigningKeyRequest.self) { office in
      let key = try await office.kim.makesKey(try .test(1))
      return (
        office.kim,
        { request, variant in
          request.name = named(key.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("SubmissionService/SubmitBatch", Bureau_V1_SubmitBatchRequest.self) { office in
      let secret = try SealingSecret.test(1), company = try office.bureau.company
      try await office.kim.makesKey(secret)
      let batches = [
        office.bureau.batch(), office.bureau.batch("B-2", .elbolaget("2")),
      ]
      let seals = try batches.map { try secret.seal($0, for: company) }
      return (
        office.kim,
        { request, variant in
          let number = variant.isOther ? 1 : 0
          request.parent = company.name
          request.batch = batches[number]
          request.seal = seals[number]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]

  /// By the server, whose private part is told once only.
  private static var createSigningKey: Write {
    var made = write(
      "SigningKeyService/CreateSigningKey", Bureau_V1_CreateSigningKeyRequest.self
    ) { office in
      let company = try office.bureau.company
      let other = try SealingSecret.test(1).registration(for: company)
      return (
        office.kim,
        { request, variant in
          request.parent = company.name
          if variant.isOther { request.signingKey = other }
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    }
    let prepare = made.prepare
    made.prepare = { office in
      var sending = try await prepare(office)
      sending.lasting = { bytes in
        var key = try Bureau_V1_SigningKey(serializedBytes: bytes)
        key.privateKeyPem = ""
        return try key.serializedBytes()
      }
      return sending
    }
    return made
  }
}
