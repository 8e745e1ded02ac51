package import BureauAPI

package typealias SigningKeys = Bureau_V1_SigningKeyService.Method
extension Bureau_V1_SigningKeyService.Method.CreateSigningKey: RPC {}
extension Bureau_V1_SigningKeyService.Method.RotateSigningKey: RPC {}
extension Bureau_V1_SigningKeyService.Method.GetSigningKey: RPC {}
extension Bureau_V1_SigningKeyService.Method.ListSigningKeys: RPC {}
extension Bureau_V1_SigningKeyService.Method.RevokeSigningKey: RPC {}

package typealias Submissions = Bureau_V1_SubmissionService.Method
extension Bureau_V1_SubmissionService.Method.SubmitBatch: RPC {}

extension Bureau_V1_CreateSigningKeyRequest: WriteRequest {}
extension Bureau_V1_RotateSigningKeyRequest: WriteRequest {}
extension Bureau_V1_RevokeSigningKeyRequest: WriteRequest {}
extension Bureau_V1_SubmitBatchRequest: WriteRequest {}
extension Bureau_V1_ListSigningKeysRequest: ListRequest {}
extension Bureau_V1_ListSigningKeysResponse: ListResponse {}
extension Bureau_V1_GetSigningKeyRequest: AsOfRequest {}
extension Bureau_V1_ListSigningKeysRequest: AsOfRequest {}
