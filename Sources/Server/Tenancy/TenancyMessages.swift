import BureauAPI
import Domain
import Primitives
import Storage
import SwiftProtobuf

extension Bureau_V1_Bureau {
  init(_ bureau: Bureau, administrator: ID<User>? = nil) {
    self.init()
    name = ResourceName.bureau(bureau.id)
    displayName = bureau.displayName
    organisationNumber = bureau.organisationNumber.digits
    countryCode = bureau.organisationNumber.country.code
    createTime = bureau.createTime.timestamp
    self.administrator =
      administrator.map { ResourceName.child("users", $0, of: bureau.id) } ?? ""
  }
}

extension Bureau_V1_Company {
  init(_ company: Company, of bureau: ID<Bureau>) {
    self.init()
    name = ResourceName.company(Place(bureau: bureau, company: company.id))
    displayName = company.displayName
    organisationNumber = company.organisationNumber.digits
    countryCode = company.organisationNumber.country.code
    address = .with {
      $0.street = company.street
      $0.postalCode = company.postalCode
      $0.town = company.town
    }
    createTime = company.createTime.timestamp
    etag = String(company.revision)
    state =
      switch company.state {
      case .active: .active
      case .inactive: .inactive
      case .closed: .closed
      }
    if let time = company.closeTime { closeTime = time.timestamp }
  }
}

extension CompanyDraft {
  init(_ message: Bureau_V1_Company) {
    self.init(
      displayName: message.displayName, organisationNumber: message.organisationNumber,
      countryCode: message.countryCode, street: message.address.street,
      postalCode: message.address.postalCode, town: message.address.town)
  }
}

extension Bureau_V1_User {
  init(_ user: User, of bureau: ID<Bureau>) {
    self.init()
    name = ResourceName.child("users", user.id, of: bureau)
    displayName = user.displayName
    kind = user.kind == .person ? .person : .service
    email = user.email
    createTime = user.createTime.timestamp
    blocked = user.isBlocked
    etag = String(user.revision)
  }
}

extension UserDraft {
  init(_ message: Bureau_V1_User, key: NationalIDKey, allowsSynthetic: Bool)
    throws(TenancyError)
  {
    self.init(
      kind: message.kind == .service ? .service : .person, displayName: message.displayName,
      email: message.email,
      nationalIDDigest: message.nationalID.isEmpty
        ? nil : try key.digest(ofText: message.nationalID, allowsSynthetic: allowsSynthetic))
  }
}

extension Role {
  init?(_ message: Bureau_V1_Role) {
    switch message {
    case .customerAdministrator: self = .customerAdministrator
    case .companyAdministrator: self = .companyAdministrator
    case .accountant: self = .accountant
    case .approver: self = .approver
    case .reader: self = .reader
    case .serviceUser: self = .serviceUser
    case .payroll: self = .payroll
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var message: Bureau_V1_Role {
    switch self {
    case .customerAdministrator: .customerAdministrator
    case .companyAdministrator: .companyAdministrator
    case .accountant: .accountant
    case .approver: .approver
    case .reader: .reader
    case .serviceUser: .serviceUser
    case .payroll: .payroll
    }
  }
}

extension Bureau_V1_RoleAssignment {
  init(_ assignment: RoleAssignment, of bureau: ID<Bureau>) {
    self.init()
    name = ResourceName.child("roleAssignments", assignment.id, of: bureau)
    user = ResourceName.child("users", assignment.user, of: bureau)
    company =
      assignment.company.map { ResourceName.company(Place(bureau: bureau, company: $0)) } ?? ""
    role = assignment.role.message
  }
}
