package struct BureauCreated: Sendable, Equatable {
  package var bureau: Bureau
  package init(bureau: Bureau) { self.bureau = bureau }
}

package struct CompanyCreated: Sendable, Equatable {
  package var company: Company
  package init(company: Company) { self.company = company }
}

package struct UserCreated: Sendable, Equatable {
  package var user: User
  package init(user: User) { self.user = user }
}

package struct RoleAssigned: Sendable, Equatable {
  package var assignment: RoleAssignment
  package init(assignment: RoleAssignment) { self.assignment = assignment }
}

package struct RoleRemoved: Sendable, Equatable {
  package var assignment: RoleAssignment
  package init(assignment: RoleAssignment) { self.assignment = assignment }
}
