package import BureauAPI
import GRPCCore

// Licences, phones, employees and the access table.

package typealias Licences = Bureau_V1_LicenceService.Method
extension Bureau_V1_LicenceService.Method.GetTerms: RPC {}
extension Bureau_V1_LicenceService.Method.OrderLicence: RPC {}
extension Bureau_V1_LicenceService.Method.GetLicence: RPC {}
extension Bureau_V1_LicenceService.Method.AcceptTerms: RPC {}
extension Bureau_V1_LicenceService.Method.GetPackages: RPC {}
extension Bureau_V1_LicenceService.Method.UpdatePackages: RPC {}

package typealias Phones = Bureau_V1_PhoneService.Method
extension Bureau_V1_PhoneService.Method.GetPhone: RPC {}
extension Bureau_V1_PhoneService.Method.UpdatePhone: RPC {}
extension Bureau_V1_PhoneService.Method.SendPhoneCode: RPC {}
extension Bureau_V1_PhoneService.Method.ConfirmPhone: RPC {}
extension Bureau_V1_PhoneService.Method.UpdateBankSigning: RPC {}
extension Bureau_V1_PhoneService.Method.ListBankSignings: RPC {}
extension Bureau_V1_PhoneService.Method.CheckSmsSigning: RPC {}

package typealias Employees = Bureau_V1_EmployeeService.Method
extension Bureau_V1_EmployeeService.Method.GetEmployee: RPC {}
extension Bureau_V1_EmployeeService.Method.UpdateEmployee: RPC {}
extension Bureau_V1_EmployeeService.Method.GetAutomationEmployee: RPC {}
extension Bureau_V1_EmployeeService.Method.UpdateAutomationEmployee: RPC {}

package typealias AccessTable = Bureau_V1_AccessService.Method
extension Bureau_V1_AccessService.Method.ListAccessRules: RPC {}
extension Bureau_V1_AccessService.Method.UpdateAccessCell: RPC {}

extension Bureau_V1_OrderLicenceRequest: WriteRequest {}
extension Bureau_V1_AcceptTermsRequest: WriteRequest {}
extension Bureau_V1_UpdatePackagesRequest: WriteRequest {}
extension Bureau_V1_UpdatePhoneRequest: WriteRequest {}
extension Bureau_V1_ConfirmPhoneRequest: WriteRequest {}
extension Bureau_V1_UpdateBankSigningRequest: WriteRequest {}
extension Bureau_V1_UpdateEmployeeRequest: WriteRequest {}
extension Bureau_V1_UpdateAutomationEmployeeRequest: WriteRequest {}
extension Bureau_V1_UpdateAccessCellRequest: WriteRequest {}

extension Bureau_V1_ListBankSigningsRequest: ListRequest {}
extension Bureau_V1_ListAccessRulesRequest: ListRequest {}
extension Bureau_V1_ListBankSigningsResponse: ListResponse {}
extension Bureau_V1_ListAccessRulesResponse: ListResponse {}
