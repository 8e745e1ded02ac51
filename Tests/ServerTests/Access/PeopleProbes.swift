import BureauAPI
import SwiftProtobuf

extension Probes {
  /// Licences, phones, employees and the access table.
  static let people: [String: Make] = [
    "bureau.v1.LicenceService/GetTerms": probe(Bureau_V1_GetTermsRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.LicenceService/OrderLicence": probe(Bureau_V1_OrderLicenceRequest.self) {
      $0.parent = $1.bureau
      $0.requestID = $1.requestID
    },
    "bureau.v1.LicenceService/GetLicence": probe(Bureau_V1_GetLicenceRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.LicenceService/AcceptTerms": probe(Bureau_V1_AcceptTermsRequest.self) {
      $0.parent = $1.bureau
      $0.requestID = $1.requestID
    },
    "bureau.v1.LicenceService/GetPackages": probe(Bureau_V1_GetPackagesRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.LicenceService/UpdatePackages": probe(Bureau_V1_UpdatePackagesRequest.self) {
      $0.packages.parent = "\($1.bureau)/companies/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PhoneService/GetPhone": probe(Bureau_V1_GetPhoneRequest.self) {
      $0.parent = "\($1.bureau)/users/-"
    },
    "bureau.v1.PhoneService/UpdatePhone": probe(Bureau_V1_UpdatePhoneRequest.self) {
      $0.parent = "\($1.bureau)/users/-"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PhoneService/SendPhoneCode": probe(Bureau_V1_SendPhoneCodeRequest.self) {
      $0.parent = "\($1.bureau)/users/-"
    },
    "bureau.v1.PhoneService/ConfirmPhone": probe(Bureau_V1_ConfirmPhoneRequest.self) {
      $0.parent = "\($1.bureau)/users/-"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PhoneService/UpdateBankSigning": probe(Bureau_V1_UpdateBankSigningRequest.self) {
      $0.parent = $1.company
      $0.bankSigning.user = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PhoneService/ListBankSignings": probe(Bureau_V1_ListBankSigningsRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.PhoneService/CheckSmsSigning": probe(Bureau_V1_CheckSmsSigningRequest.self) {
      $0.name = $1.company
    },
    "bureau.v1.EmployeeService/GetEmployee": probe(Bureau_V1_GetEmployeeRequest.self) {
      $0.user = "\($1.bureau)/users/-"
    },
    "bureau.v1.EmployeeService/UpdateEmployee": probe(Bureau_V1_UpdateEmployeeRequest.self) {
      $0.employee.user = "\($1.bureau)/users/-"
      $0.employee.serviceUser = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.EmployeeService/GetAutomationEmployee": probe(
      Bureau_V1_GetAutomationEmployeeRequest.self
    ) { $0.company = $1.company },
    "bureau.v1.EmployeeService/UpdateAutomationEmployee": probe(
      Bureau_V1_UpdateAutomationEmployeeRequest.self
    ) {
      $0.automationEmployee.company = $1.company
      $0.automationEmployee.chosenUser = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AccessService/ListAccessRules": probe(Bureau_V1_ListAccessRulesRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.AccessService/UpdateAccessCell": probe(Bureau_V1_UpdateAccessCellRequest.self) {
      $0.parent = $1.bureau
      $0.requestID = $1.requestID
    },
  ]
}
