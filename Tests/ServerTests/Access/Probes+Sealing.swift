import BureauAPI

extension Probes {
  static let sealing: [String: Make] = [
    "bureau.v1.SigningKeyService/CreateSigningKey": probe(Bureau_V1_CreateSigningKeyRequest.self) {
      $0.parent = $1.company
      $0.requestID = $1.requestID
    },
    "bureau.v1.SigningKeyService/RotateSigningKey": probe(Bureau_V1_RotateSigningKeyRequest.self) {
      $0.name = "\($1.company)/signingKeys/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.SigningKeyService/GetSigningKey": probe(Bureau_V1_GetSigningKeyRequest.self) {
      $0.name = "\($1.company)/signingKeys/\($1.nothing)"
    },
    "bureau.v1.SigningKeyService/ListSigningKeys": probe(Bureau_V1_ListSigningKeysRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.SigningKeyService/RevokeSigningKey": probe(Bureau_V1_RevokeSigningKeyRequest.self) {
      $0.name = "\($1.company)/signingKeys/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PolicyService/GetPolicy": probe(Bureau_V1_GetPolicyRequest.self) {
      $0.name = "\($1.company)/policy"
    },
    "bureau.v1.PolicyService/SetPolicy": probe(Bureau_V1_SetPolicyRequest.self) {
      $0.policy.name = "\($1.company)/policy"
      $0.requestID = $1.requestID
    },
    "bureau.v1.SubmissionService/SubmitBatch": probe(Bureau_V1_SubmitBatchRequest.self) {
      $0.parent = $1.company
      $0.requestID = $1.requestID
    },
  ]
}
