/* A private folder for one test, gone afterwards. */
#ifndef HINOMI_TESTS_SUPPORT_FOLDER_H
#define HINOMI_TESTS_SUPPORT_FOLDER_H

char *folder_new(void);         /* malloced path */
void folder_remove(char *path); /* with all that is in it; frees path */

#endif
