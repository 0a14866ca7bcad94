CREATE TABLE `response_events` (
	`response_key` integer NOT NULL,
	`sequence` integer NOT NULL,
	`type` text NOT NULL,
	`json` text NOT NULL,
	PRIMARY KEY(`response_key`, `sequence`),
	FOREIGN KEY (`response_key`) REFERENCES `responses`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `response_items` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`item` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `response_items_by_id` ON `response_items` (`id`);--> statement-breakpoint
CREATE TABLE `response_parts` (
	`response_key` integer NOT NULL,
	`side` text NOT NULL,
	`position` integer NOT NULL,
	`item_key` integer NOT NULL,
	PRIMARY KEY(`response_key`, `side`, `position`),
	FOREIGN KEY (`response_key`) REFERENCES `responses`(`key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`item_key`) REFERENCES `response_items`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `response_parts_by_item` ON `response_parts` (`item_key`);--> statement-breakpoint
CREATE TABLE `responses` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`resource` text NOT NULL,
	`is_streamed` integer NOT NULL,
	`is_done` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `responses_id_unique` ON `responses` (`id`);--> statement-breakpoint
CREATE INDEX `responses_by_end` ON `responses` (`is_done`,`key`);