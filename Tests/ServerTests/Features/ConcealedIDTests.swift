import BureauAPI
import Domain
import EngineKit
import Facts
import GRPCCore
import Primitives
import Sandbox
import Storage
import SwiftProtobuf
import TestKit
import Testing

@testable import Server

/// The journal keeps the digest of every request; from that no national id can be found by trying.
@Suite(.everyEngine) struct ConcealedIDTests {
  private static let concealing: [any NamesPeople.Type] = [
    Bureau_V1_CreateBureauRequest.self, Bureau_V1_CreateUserRequest.self,
    Bureau_V1_UpdateUserRequest.self, Bureau_V1_CreateAgreementRequest.self,
    Bureau_V1_UpdateAgreementRequest.self, Bureau_V1_ApplyCompanyRequest.self,
  ]

  @Test func `every write in which a national id can stand conceals it`() throws {
    let files = try Google_Protobuf_FileDescriptorSet(serializedBytes: Descriptors.bytes).file
    let messages: [String: [Google_Protobuf_FieldDescriptorProto]] = files.reduce(into: [:]) {
      for message in $1.messageType { $0["\($1.package).\(message.name)"] = message.field }
    }
    func namesPeople(_ name: String, _ seen: Set<String> = []) -> Bool {
      (messages[name] ?? []).contains { field in
        let inner = String(field.typeName.drop { $0 == "." })
        return field.name.hasPrefix("national_id")
          || (!inner.isEmpty && !seen.contains(inner)
            && namesPeople(inner, seen.union([name])))
      }
    }
    let writes = Set(AccessTable.rules.filter(\.leavesFact).map(\.method))
    let inputs = Descriptors.methods.filter { writes.contains($0.fullName) }.map(\.input)
    #expect(
      Set(inputs.filter { namesPeople($0) })
        == Set(Self.concealing.map { $0.protoMessageName }))
  }

  @Test func `the digest that the journal keeps is not that of the request as it was sent`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, citizen = try bureau.stranger()
      func request(_ digits: String) -> Bureau_V1_CreateUserRequest {
        .with {
          $0.parent = bureau.name
          $0.user.displayName = "Nora"
          $0.user.kind = .person
          $0.user.nationalID = digits
          $0.requestID = "nora"
        }
      }
      func digest(_ request: Bureau_V1_CreateUserRequest) throws -> [UInt8] {
        Call.digest("bureau.v1.TenancyService/CreateUser", try request.serializedBytes())
      }
      let sent = request(citizen.personalNumber.digits)
      _ = try await bureau.administrator.calls { connection, metadata in
        try await connection.tenancy.createUser(sent, metadata: metadata)
      }
      let entry = try #require(try await bureau.facts().last { $0.requestID == "nora" })
      let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: entry.envelope)
      let key = bureau.world.nationalIDKey
      #expect(try Array(envelope.requestDigest) != digest(sent))
      #expect(
        try Array(envelope.requestDigest) == digest(sent.concealed(key, allowsSynthetic: true)))
      // Another person under the same id is another request.
      let other = request(try bureau.stranger().personalNumber.digits)
      let refused = try await bureau.refusal {
        try await bureau.administrator.calls { connection, metadata in
          try await connection.tenancy.createUser(other, metadata: metadata)
        }
      }
      #expect(refused.reason == "REQUEST_ID_REUSED")
    }
  }
}
